import type { Pipeline, Stage } from "./jenkins/declarative.ts";
import { bodyOf, declarativeIn, textIn } from "./jenkins/declarative.ts";
import { treesOf } from "./jenkins/groovy.ts";
import type { Tree } from "./jenkins/groovy.ts";

/** What Groovy's own compiler makes of a Jenkinsfile: what a graph of ours can be compared with. */
export type ReadPipeline = {
  readonly jobs: readonly ReadJob[];
  readonly parameters: readonly unknown[];
  /** As Jenkins gets them on a branch that all of them are for. */
  readonly times: readonly string[];
  readonly options: readonly string[];
};

export type ReadJob = {
  readonly id: string;
  readonly name: string;
  readonly needs: readonly string[];
  /** Of those of the same number none waits for another. */
  readonly level: number;
  readonly approval?: string | undefined;
  readonly image?: string | undefined;
  readonly label?: string | undefined;
  readonly retries: number;
  readonly mayFail: boolean;
  readonly steps: readonly ReadStep[];
  readonly services: readonly string[];
  readonly restored: readonly string[];
  readonly saved: readonly string[];
  readonly kept: readonly string[];
  readonly fetched: readonly string[];
  readonly reports: readonly string[];
  readonly outputs: readonly string[];
  readonly lock?: unknown;
};

export type ReadStep = {
  readonly name?: string | undefined;
  /** As the step `sh` gets it. */
  readonly run: string;
  /** All variables of the file that hold there. */
  readonly env: Readonly<Record<string, unknown>>;
  readonly folder: string;
  /** Of the job, then of the step. */
  readonly timeouts: readonly number[];
  readonly mayFail: boolean;
  readonly isConditional: boolean;
  readonly id?: string | undefined;
};

export async function readJenkins(contents: readonly string[]): Promise<readonly ReadPipeline[]> {
  const trees = await treesOf(contents);
  return trees.map((answer) => {
    if ("problem" in answer) throw new Error(answer.problem);
    return readPipeline(declarativeIn(answer.tree), answer.tree);
  });
}

function readPipeline(pipeline: Pipeline, tree: readonly Tree[]): ReadPipeline {
  const [whole] = pipeline.stages;
  const common = environmentOf(pipeline.environment);
  const jobs = (whole?.stages ?? []).flatMap((stage, level) =>
    (stage.parallel ?? [stage]).flatMap((one) => readJob(one, level, common)),
  );
  return {
    jobs,
    parameters: (pipeline.parameters ?? []).map((one) => [one.call, plain(one.with?.[0])]),
    times: tree.flatMap(({ operator, left, right }) =>
      operator === "+=" && left?.variable === "slipwayTimes"
        ? (textIn(right?.yes?.[0]) ?? "").split("\n").slice(1)
        : [],
    ),
    options: (pipeline.options ?? []).map(({ call }) => call ?? ""),
  };
}

type Env = Readonly<Record<string, unknown>>;

function environmentOf(environment: Stage["environment"]): Env {
  return Object.fromEntries(
    (environment ?? []).map(({ key, value }) => [
      key,
      "text" in value ? expanded(value.text) : { secret: value.credentials },
    ]),
  );
}

/** As EnvVars of Jenkins reads a value: `$$` is a dollar, and a name after one dollar would be put in. */
function expanded(text: string): string {
  const marked = text.replaceAll("$$", "\0");
  if (/\$(?:\w|\{[\w.]+\})/.test(marked))
    throw new Error(`Jenkins would put a variable into ${text}`);
  return marked.replaceAll("\0", "$");
}

function readJob(stage: Stage, level: number, common: Env): readonly ReadJob[] {
  const begin = stage.when?.expression[0];
  if (begin?.call !== "begin") return [];
  const [id, needs] = begin.with ?? [];
  const env = { ...common, ...environmentOf(stage.environment) };
  const leaves = (stage.steps ?? []).flatMap((node) => leavesOf(node, { env, blocks: [] }));
  const after = (stage.post?.always ?? []).flatMap((node) => leavesOf(node, { env, blocks: [] }));
  const docker =
    stage.agent === "any" ? undefined : stage.agent?.find(({ call }) => call === "docker");
  const agent = docker === undefined ? stage.agent : bodyOf(docker);
  const setting = (name: string): string | undefined =>
    agent === "any" || agent === undefined
      ? undefined
      : textIn(agent.find(({ call }) => call === name)?.with?.[0]);
  const inside = leaves
    .flatMap(({ around }) => around.blocks)
    .find(({ call }) => call === "inside");
  const ofJob = leaves.find(({ node }) => node.call === "ended");
  const shells = leaves.filter(({ node }) => node.call === "sh");
  const own = shells.filter(({ node, around }) => {
    const isOurs = named(node)["returnStatus"] === true;
    return !isOurs && around.env["SLIPWAY_NETWORK"] === undefined;
  });
  const labels = shells.map(({ node }) => textIn(entryOf(node, "label")) ?? "");
  const all = [...leaves, ...after];
  const callsOf = (name: string): readonly Tree[] =>
    all.flatMap(({ node }) => (node.call === name ? [node] : []));
  return [
    {
      id: textIn(id) ?? "?",
      name: stage.name,
      needs: (needs?.list ?? []).map((need) => textIn(need) ?? "?"),
      level,
      approval: stage.input && textIn(stage.input[0]?.with?.[0]),
      image: setting("image") ?? textIn(inside?.of?.with?.[0]),
      label: setting("label"),
      retries: Math.max(1, ...own.map(({ around }) => numberIn(around, "retry"))) - 1,
      mayFail: ofJob === undefined ? false : isForgiving(ofJob.around.blocks[0]),
      steps: own.map(readStep),
      services: shells.flatMap(({ node }) => servicesIn(scriptIn(node))),
      restored: labels.flatMap((label) => /^cache: restore (.*)$/.exec(label)?.[1] ?? []),
      saved: labels.flatMap((label) => /^cache: save (.*)$/.exec(label)?.[1] ?? []),
      kept: callsOf("archiveArtifacts").map((node) => String(named(node)["artifacts"])),
      fetched: callsOf("unstash").map((node) => textIn(node.with?.[0]) ?? "?"),
      reports: callsOf("junit").map((node) => String(named(node)["testResults"])),
      outputs: callsOf("keepOutput").map((node) => textIn(node.with?.[1]) ?? "?"),
      lock: lockOf(stage, own),
    },
  ];
}

type Around = { readonly env: Env; readonly blocks: readonly Tree[] };
type Leaf = { readonly node: Tree; readonly around: Around };

/** Calls without a block, each with all that stands around it. */
function leavesOf(node: Tree, around: Around): readonly Leaf[] {
  const blocks = [...around.blocks, node];
  const inner = node.yes ?? node.with?.at(-1)?.closure;
  if (inner === undefined) return [{ node, around }];
  const env = { ...around.env, ...setBy(node) };
  return inner.flatMap((one) => leavesOf(one, { env, blocks }));
}

function setBy({ call, with: given }: Tree): Env {
  const list = given?.[0]?.list ?? [];
  if (call === "withCredentials") {
    return Object.fromEntries(
      list.map((binding) => {
        const { credentialsId, variable } = named(binding);
        return [String(variable), { secret: credentialsId }];
      }),
    );
  }
  if (call !== "withEnv") return {};
  return Object.fromEntries(
    list.map((entry) => {
      const whole = textIn(entry);
      if (whole !== undefined) {
        const at = whole.indexOf("=");
        return [whole.slice(0, at), expanded(whole.slice(at + 1))];
      }
      const name = textIn(entry.left) ?? "?";
      return [name.slice(0, -1), lateIn(entry.right)];
    }),
  );
}

/** A value that is known late, by the functions that give it. */
function lateIn(tree: Tree | undefined): unknown {
  if (tree?.call === "literal") return lateIn(tree.with?.[0]);
  if (tree?.call !== undefined && tree.call !== null) {
    return [tree.call, ...(tree.with ?? []).map((one) => textIn(one) ?? "?")];
  }
  if (tree?.operator === "+") {
    const parts = [lateIn(tree.left), lateIn(tree.right)].flatMap((part) =>
      typeof part === "object" && part !== null && "joined" in part ? part.joined : [part],
    );
    return { joined: parts.filter((part) => part !== "") };
  }
  if (tree?.property !== undefined) return [`env.${tree.property}`];
  return textIn(tree);
}

function readStep({ node, around }: Leaf): ReadStep {
  const own = around.blocks.slice(
    Math.max(0, around.blocks.findIndex(({ call }) => call === "catchError") + 1),
  );
  const last = (name: string): Tree | undefined => own.findLast(({ call }) => call === name);
  return {
    name: textIn(entryOf(node, "label")),
    run: scriptIn(node),
    env: around.env,
    folder: textIn(last("dir")?.with?.[0]) ?? "",
    timeouts: own
      .filter(({ call }) => call === "timeout")
      .map((block) => Number(named(block)["time"])),
    mayFail: own.some(isForgiving),
    isConditional: own.some(isChoice),
    id: textIn(last("withOutputs")?.with?.[0]),
  };
}

function isChoice({ if: choice, call, with: given }: Tree): boolean {
  if (choice !== undefined) return true;
  const usual = given?.[1]?.not?.call === "hasTrouble";
  return call === "attempt" && !usual;
}

function isForgiving(node: Tree | undefined): boolean {
  return node?.call === "catchError" && named(node)["buildResult"] === "SUCCESS";
}

function numberIn({ blocks }: Around, name: string): number {
  return Number(blocks.find(({ call }) => call === name)?.with?.[0]?.value ?? 1);
}

/** The named arguments of a call, those that are constants. */
function named(node: Tree | undefined): Readonly<Record<string, unknown>> {
  const entries = node?.with?.find(({ map }) => map !== undefined)?.map ?? [];
  return Object.fromEntries(entries.map(([key, value]) => [String(key.value), plain(value)]));
}

function entryOf(node: Tree, name: string): Tree | undefined {
  const entries = node.with?.find(({ map }) => map !== undefined)?.map ?? [];
  return entries.find(([key]) => key.value === name)?.[1];
}

function plain(tree: Tree | undefined): unknown {
  if (tree?.list !== undefined) return tree.list.map(plain);
  if (tree?.map !== undefined) {
    return Object.fromEntries(tree.map.map(([key, value]) => [String(key.value), plain(value)]));
  }
  return textIn(tree) ?? tree?.value ?? lateIn(tree);
}

function scriptIn(node: Tree): string {
  const script = named(node)["script"];
  return typeof script === "string" ? script : (textIn(node.with?.[0]) ?? "?");
}

function servicesIn(script: string): readonly string[] {
  return [...script.matchAll(/--network-alias (\S+)/g)].map((match) => match[1] ?? "");
}

function lockOf(stage: Stage, own: readonly Leaf[]): unknown {
  const option = stage.options?.find(({ call }) => call === "lock");
  const around = own[0]?.around.blocks.find(({ call }) => call === "lock");
  return named(option ?? around)["resource"];
}
