import { readFileSync } from "node:fs";
import path from "node:path";
import { create } from "@bufbuild/protobuf";
import { Artifact_When, Fact, Status } from "@slipway/pipeline-sdk/graph";
import type {
  Artifact,
  Graph,
  Job,
  Step,
  Value,
  Variable,
  Work,
} from "@slipway/pipeline-sdk/graph";
import { Diagnostic_Level, GenerateRequestSchema } from "@slipway/pipeline-sdk/protocol";
import { shellJob } from "@slipway/pipeline-sdk/shell-job";
import { planPipeline } from "@slipway/pipelines/plan";
import { renderJenkins } from "@slipway/provider-jenkins";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { awkwardTexts, randomPipeline } from "./random-pipeline.ts";
import { readJenkins } from "./read-jenkins.ts";
import type { ReadJob, ReadStep } from "./read-jenkins.ts";

const head = 'version = "0.2"\n[project]\nname = "fleet"\n';

function graphOf(text: string): Graph {
  const planned = planPipeline({ file: "cig.toml", text }, { facts: {} });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  return planned.value.resolved.graph;
}

function filesOf(graph: Graph): readonly string[] {
  const { fragments, diagnostics } = renderJenkins(
    create(GenerateRequestSchema, {
      target: "jenkins",
      graph,
      outputs: graph.workflows.map(({ id }) => ({ path: `${id}.Jenkinsfile`, workflows: [id] })),
    }),
  );
  const refusals = diagnostics.filter(({ level }) => level === Diagnostic_Level.ERROR);
  expect(refusals.map(({ message }) => message)).toEqual([]);
  return fragments.map(({ content }) => content);
}

async function check(graphs: readonly Graph[]): Promise<void> {
  const read = await readJenkins(graphs.flatMap((graph) => filesOf(graph)));
  const wanted = graphs.flatMap((graph) =>
    graph.workflows.map(({ jobs, env }) => ({ graph, jobs, env })),
  );
  for (const [at, { graph, jobs, env }] of wanted.entries()) {
    const found = read[at]?.jobs ?? [];
    const byId = new Map(found.map((job) => [job.id, job]));
    expect([...byId.keys()].toSorted()).toEqual(jobs.map(({ id }) => id).toSorted());
    for (const job of jobs) {
      const one = byId.get(job.id);
      expect(one && withoutLevel(one)).toEqual(expectedJob(graph, env, job));
      for (const need of job.needs) {
        expect(byId.get(need)?.level).toBeLessThan(one?.level ?? -1);
      }
    }
  }
}

function withoutLevel({ level: _level, ...job }: ReadJob): Omit<ReadJob, "level"> {
  return { ...job, steps: job.steps.map((step) => ({ ...step, run: withoutShell(step.run) })) };
}

/** The line that begins anew with bash, where a command asks for no shell. */
const withBash = '[ -n "$BASH_VERSION" ] || ! command -v bash >/dev/null || exec bash -e "$0"\n';

function withoutShell(run: string): string {
  return run.startsWith(withBash) ? run.slice(withBash.length) : run;
}

/** What a reader should find of a job. */
function expectedJob(graph: Graph, common: readonly Variable[], job: Job): Omit<ReadJob, "level"> {
  const work = job.kind.case === "work" ? job.kind.value : undefined;
  const isLone = graph.workflows.every(({ jobs }) =>
    jobs.every((one) => one === job || one.name !== job.name),
  );
  const env = [...common, ...(work?.env ?? [])];
  const runner = graph.runners.find(({ id }) => id === work?.runner);
  const settings: unknown = runner && JSON.parse(runner.settings.at(-1)?.json ?? "{}");
  return {
    id: job.id,
    name: isLone ? job.name : `${job.name} (${job.id})`,
    needs: job.needs,
    approval: job.kind.case === "approval" ? job.kind.value.prompt : undefined,
    image: work?.container?.image,
    label: (settings as { label?: string } | undefined)?.label,
    retries: work?.retry?.attempts ?? 0,
    mayFail: work?.mayFail ?? false,
    steps: (work?.steps ?? []).map((step) => expectedStep(job.id, work, env, step)),
    services: work?.services ?? [],
    restored: work?.caches ?? [],
    saved: work?.caches ?? [],
    kept: inOrder(work?.artifacts ?? []).map(({ paths }) => paths.flatMap(patternsOf).join(",")),
    fetched: (work?.usesArtifacts ?? []).flatMap(({ name, jobs }) =>
      jobs.map((maker) => `${maker}.${name}`),
    ),
    reports: (work?.testReports.length ?? 0) === 0 ? [] : [work?.testReports.join(",") ?? ""],
    outputs: (work?.outputs ?? []).map(({ name }) => name),
    lock: work?.concurrency === undefined ? undefined : expectedValue("", work.concurrency.group),
  };
}

/** What is kept of a success stands before what is kept of any end. */
function inOrder(artifacts: readonly Artifact[]): readonly Artifact[] {
  const isLate = ({ when }: Artifact): boolean =>
    when === Artifact_When.ALWAYS || when === Artifact_When.FAILURE;
  return [...artifacts.filter((one) => !isLate(one)), ...artifacts.filter(isLate)];
}

function patternsOf(written: string): readonly string[] {
  return /[*?]/.test(written) ? [written] : [written, `${written}/**`];
}

function expectedStep(
  job: string,
  work: Work | undefined,
  env: readonly Variable[],
  step: Step,
): ReadStep {
  const run = step.kind.case === "run" ? step.kind.value : undefined;
  const shell = run?.shell || work?.shell || "";
  const command = run?.command ?? "";
  const byShell = step.mayFail ? step.timeoutMinutes : 0;
  const isHeard = work?.outputs.some((output) => output.step === step.id) ?? false;
  return {
    name: step.name === "" ? undefined : step.name,
    run:
      shell === "" && byShell === 0
        ? command
        : shellJob([{ command, shell, timeoutMinutes: byShell }], { own: () => "" }),
    env: Object.fromEntries(
      [...env, ...step.env].map(({ name, value }) => [name, expectedValue(job, value)]),
    ),
    folder: run?.workingDirectory || work?.workingDirectory || "",
    timeouts: [work?.timeoutMinutes ?? 0, step.mayFail ? 0 : step.timeoutMinutes].filter(
      (minutes) => minutes > 0,
    ),
    mayFail: step.mayFail,
    isConditional: isChoice(step),
    id: isHeard ? `${job}/${step.id}` : undefined,
  };
}

/** Success alone is what a step asks for that asks nothing. */
function isChoice({ condition }: Step): boolean {
  const kind = condition?.kind;
  if (kind === undefined) return false;
  const denied = kind.case === "not" ? kind.value.kind : undefined;
  const isSuccess =
    (kind.case === "status" && kind.value === Status.SUCCESS) ||
    (denied?.case === "status" && denied.value === Status.FAILURE);
  return !isSuccess;
}

const facts: Readonly<Record<number, string>> = {
  [Fact.COMMIT]: "commitId",
  [Fact.BRANCH]: "branchName",
  [Fact.TAG]: "tagName",
  [Fact.EVENT]: "eventName",
  [Fact.BASE_BRANCH]: "baseBranch",
  [Fact.HEAD_BRANCH]: "headBranch",
  [Fact.RUN_NUMBER]: "env.BUILD_NUMBER",
  [Fact.ACTOR]: "actorName",
};

function expectedValue(job: string, value: Value | undefined): unknown {
  const kind = value?.kind;
  switch (kind?.case) {
    case "literal":
      return kind.value;
    case "secret":
      return { secret: kind.value };
    case "input":
      return ["given", kind.value];
    case "output":
      return ["outputOf", kind.value.job, kind.value.name];
    case "step":
      return ["outputOf", `${job}/${kind.value.step}`, kind.value.name];
    case "fact":
      return [facts[kind.value]];
    case "joined":
      return { joined: kind.value.of.map((part) => expectedValue(job, part)) };
    case "env":
    case "setting":
    case undefined:
      throw new Error("no value of an environment");
  }
}

const examples = path.join(import.meta.dirname, "../../examples/pipeline/cig.toml");
const example = readFileSync(examples, "utf8").replace(
  "[runners.linux-large]",
  '[runners.linux-large]\njenkins = { label = "large" }',
);

test("Groovy's own compiler reads the graph of the example back", async () => {
  await check([graphOf(example)]);
});

test("commands, names and variables of all kinds of letters reach the shell as they are written", async () => {
  await check(
    awkwardTexts
      .filter((text) => !/\{\{\s*\.?\w/.test(text.replaceAll("${{", "")))
      .map((text) => {
        const quoted = JSON.stringify(text);
        return graphOf(
          `${head}[jobs.a]\nenv = { X = ${quoted} }\nsteps = [{ run = ${quoted}, name = ${quoted}, env = { Y = ${quoted} } }]\n`,
        );
      }),
  );
});

test(
  "of any pipeline Groovy's own compiler reads the same jobs back",
  { timeout: 60_000 },
  async () => {
    const texts = fc.sample(randomPipeline(), 60);
    await check(texts.map(graphOf));
  },
);
