import { readFileSync } from "node:fs";
import path from "node:path";
import { create } from "@bufbuild/protobuf";
import { Artifact_When, Permissions_Access } from "@slipway/pipeline-sdk/graph";
import type {
  Artifact,
  ArtifactUse,
  Cache,
  Graph,
  Job,
  Permissions,
  Run,
  Service,
  Step,
  Triggers,
  Value,
  Variable,
  Work,
  Workflow,
} from "@slipway/pipeline-sdk/graph";
import { GenerateRequestSchema } from "@slipway/pipeline-sdk/protocol";
import type { GenerateResult } from "@slipway/pipeline-sdk/protocol";
import { planPipeline } from "@slipway/pipelines/plan";
import { githubContexts, githubHolds, holds, textOf } from "@slipway/pipelines/simulate";
import type { Scenario } from "@slipway/pipelines/simulate";
import { renderGithub } from "@slipway/provider-github";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { awkwardTexts, randomPipeline } from "./random-pipeline.ts";
import { readGithub, textIn } from "./read-github.ts";
import { scenarios, usualScenario } from "./scenarios.ts";
import type { JobFile, ReadJob, ReadWorkflow, StepFile } from "./read-github.ts";

const head = 'version = "0.2"\n[project]\nname = "fleet"\n';

function graphOf(text: string): Graph {
  const planned = planPipeline({ file: "cig.toml", text }, { facts: {} });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  return planned.value.resolved.graph;
}

function rendered(graph: Graph, isSkipping: boolean): GenerateResult {
  return renderGithub(
    create(GenerateRequestSchema, {
      target: "github",
      graph,
      outputs: graph.workflows.map(({ id }) => ({
        path: `.github/workflows/${id}.yml`,
        workflows: [id],
      })),
      ...(isSkipping
        ? { skipping: { install: "install", decide: "decide", record: "record" } }
        : {}),
    }),
  );
}

async function readBack(graph: Graph, isSkipping = false): Promise<readonly ReadWorkflow[]> {
  const { fragments, diagnostics } = rendered(graph, isSkipping);
  // An approval is told of, and rendered.
  const refused = diagnostics.filter(({ code }) => code !== "GITHUB_APPROVAL");
  expect(refused.map(({ message }) => message)).toEqual([]);
  return Promise.all(
    fragments.map(async ({ content }) => {
      const read = await readGithub(content);
      expect(read.problems, content).toEqual([]);
      return read;
    }),
  );
}

const before = { hasFailed: false, wasCancelled: false, isEnding: false };

/** What jobs told each other. */
function outputsOf({ jobs }: Workflow): Readonly<Record<string, string>> {
  return Object.fromEntries(
    jobs.flatMap(({ id, kind }) =>
      kind.case === "work"
        ? kind.value.outputs.map(({ name }) => [`${id}.${name}`, `of ${id}`] as const)
        : [],
    ),
  );
}

function contextsOf(workflow: Workflow, scenario: Scenario) {
  const needs = Object.fromEntries(
    workflow.jobs.map(({ id, kind }) => [
      id,
      {
        result: "success",
        outputs: Object.fromEntries(
          (kind.case === "work" ? kind.value.outputs : []).map(({ name }) => [name, `of ${id}`]),
        ),
      },
    ]),
  );
  return {
    ...githubContexts(scenario, needs),
    secrets: { NPM_TOKEN: "the secret NPM_TOKEN" },
    runner: { os: "Linux", arch: "X64" },
    steps: { s: { outputs: { version: "of the step" } } },
  };
}

function expectedText(value: Value | undefined, scenario: Scenario): string {
  if (value?.kind.case === "secret") return `the secret ${value.kind.value}`;
  const steps = { "s.version": "of the step" };
  return textOf(value, { scenario, before, env: {}, steps }) ?? "unknown";
}

type Texts = Readonly<Record<string, string>>;

function expectedEnv(variables: readonly Variable[], scenario: Scenario): Texts {
  return Object.fromEntries(
    variables.map(({ name, value }) => [name, expectedText(value, scenario)]),
  );
}

type Text = (text: string) => string;

function textsOf(texts: Texts | undefined, text: Text): Texts {
  return Object.fromEntries(Object.entries(texts ?? {}).map(([key, each]) => [key, text(each)]));
}

/** What a reader should find of a job, by the graph. */
function expectedJob(graph: Graph, { id, name, kind }: Job, scenario: Scenario) {
  if (kind.case !== "work") return { id, name, environment: id, steps: [{ run: "true" }] };
  const work = kind.value;
  return {
    id,
    name,
    image: work.container?.image,
    env: expectedEnv(work.env, scenario),
    services: graph.services
      .filter((one) => work.services.includes(one.id))
      .map((service) => expectedService(service, scenario)),
    environment: work.environment === "" ? undefined : work.environment,
    minutes: work.timeoutMinutes,
    mayFail: work.mayFail,
    permissions: expectedPermissions(work.permissions),
    group:
      work.concurrency === undefined
        ? undefined
        : [expectedText(work.concurrency.group, scenario), work.concurrency.cancelInProgress],
    outputs: work.outputs.map((one) => one.name),
    steps: [
      { uses: "actions/checkout@v4" },
      ...work.caches.map((cache) => expectedCache(graph, cache)),
      ...work.usesArtifacts.flatMap((use) => expectedDownloads(graph, use)),
      ...work.steps.flatMap((step) => expectedSteps(graph, id, step, scenario)),
      ...work.artifacts.map((artifact) => expectedUpload(graph, id, artifact)),
      ...expectedReports(id, work),
    ],
  };
}

function expectedDownloads(graph: Graph, { name, jobs, path: folder }: ArtifactUse) {
  return jobs.map((maker) => ({ fetches: artifactName(graph, maker, name), to: folder }));
}

/** Each job of a matrix has its own. */
function artifactName(graph: Graph, id: string, artifact: string): string {
  const all = graph.workflows.flatMap(({ jobs }) => jobs);
  const base = all.find((one) => one.id === id)?.base;
  return all.filter((one) => one.base === base).length > 1 ? `${artifact}-${id}` : artifact;
}

function expectedUpload(graph: Graph, job: string, artifact: Artifact) {
  return {
    keeps: artifactName(graph, job, artifact.name),
    // The last one keeps the action from shortening the others.
    paths: [...artifact.paths, ".slipway-workspace"],
    days: artifact.retentionDays,
    condition: artifact.when === Artifact_When.ALWAYS ? "always()" : undefined,
  };
}

function expectedReports(job: string, { testReports }: Work) {
  if (testReports.length === 0) return [];
  return [{ keeps: `test-reports-${job}`, paths: testReports, days: 0, condition: "always()" }];
}

function expectedCache(graph: Graph, id: string) {
  const cache = graph.caches.find((one) => one.id === id);
  if (cache === undefined) throw new Error(`there is no cache ${id}`);
  return { caches: cache.paths, key: expectedKey(cache) };
}

function expectedKey({ id, keyParts }: Cache): string {
  const parts = keyParts.map(({ kind }) => (kind.case === "platform" ? "Linux-X64" : kind.value));
  const texts = parts.filter((_, at) => keyParts[at]?.kind.case !== "file");
  const files = parts.filter((_, at) => keyParts[at]?.kind.case === "file");
  // Quotes are said by two.
  const listed = files.map((file) => `'${String(file).replaceAll("'", "''")}'`).join(", ");
  return [id, ...texts, ...(listed === "" ? [] : [`<${listed}>`])].join("-");
}

function expectedSteps(
  graph: Graph,
  job: string,
  step: Step,
  scenario: Scenario,
): readonly object[] {
  const { kind } = step;
  switch (kind.case) {
    case "upload":
      return [expectedUpload(graph, job, kind.value)];
    case "download":
      return expectedDownloads(graph, kind.value);
    case "restoreCache":
      return [{ ...expectedCache(graph, kind.value.cache), only: "restore" }];
    case "saveCache":
      return [{ ...expectedCache(graph, kind.value.cache), only: "save" }];
    case "providerStep": {
      // Of its provider's own language: expressions in it are meant.
      const inputs = Object.fromEntries(
        Object.entries(expectedEnv(kind.value.with, scenario)).map(([name, of]) => [
          name,
          of.replace("${{ github.sha }}", scenario.commit),
        ]),
      );
      return [{ uses: kind.value.reference, with: inputs, id: step.id }];
    }
    case "run":
      return [expectedRun(step, kind.value, scenario)];
    case "module":
    case undefined:
      throw new Error("no step of a graph for a provider");
  }
}

function expectedRun(step: Step, { command, shell, workingDirectory }: Run, scenario: Scenario) {
  return {
    run: command,
    shell,
    folder: workingDirectory,
    id: step.id,
    name: step.name,
    minutes: step.timeoutMinutes,
    mayFail: step.mayFail,
    env: expectedEnv(step.env, scenario),
  };
}

function expectedService({ id, container, env, ports, health }: Service, scenario: Scenario) {
  return {
    id,
    image: container?.image,
    env: expectedEnv(env, scenario),
    ports: ports.map((port) => `${port.host === 0 ? "" : `${port.host}:`}${port.container}`),
    health: [health?.command, `${health?.intervalSeconds ?? 0}s`, String(health?.retries)],
  };
}

const accesses = {
  [Permissions_Access.UNSPECIFIED]: "?",
  [Permissions_Access.NONE]: "none",
  [Permissions_Access.READ]: "read",
  [Permissions_Access.WRITE]: "write",
};

function expectedPermissions(permissions: Permissions | undefined) {
  if (permissions === undefined) return undefined;
  const { default: all, scopes } = permissions;
  const named = Object.entries(scopes).map(([scope, access]): readonly [string, string] => [
    scope,
    accesses[access],
  ]);
  if (all === Permissions_Access.READ || all === Permissions_Access.WRITE) return accesses[all];
  return Object.fromEntries(named);
}

function readPermissions(read: JobFile["permissions"]) {
  return typeof read === "string" ? read.replace("-all", "") : read;
}

/** The same of what was read. */
function foundJob({ id, name, job }: ReadJob, isApproval: boolean, text: Text) {
  const { environment } = job;
  const place = typeof environment === "object" && environment !== null ? environment : undefined;
  const common = {
    id,
    name: text(name),
    environment: place !== undefined && "name" in place ? place.name : environment,
  };
  if (isApproval) return { ...common, steps: job.steps.map(({ run }) => ({ run })) };
  return {
    ...common,
    image: job.container?.image,
    env: textsOf(job.env, text),
    services: Object.entries(job.services ?? {}).map(([service, own]) => ({
      id: service,
      image: own.image,
      env: textsOf(own.env, text),
      ports: own.ports ?? [],
      health: healthIn(own.options ?? ""),
    })),
    minutes: job["timeout-minutes"] ?? 0,
    mayFail: job["continue-on-error"] ?? false,
    permissions: readPermissions(job.permissions),
    group:
      job.concurrency === undefined
        ? undefined
        : [text(job.concurrency.group), job.concurrency["cancel-in-progress"] ?? false],
    outputs: Object.keys(job.outputs ?? {}),
    steps: job.steps.map((step) => foundStep(step, text)),
  };
}

/** As the runner splits them. */
function healthIn(options: string) {
  const found =
    /--health-cmd ("(?:[^"\\]|\\.)*"|\S+) --health-interval (\S+) --health-retries (\S+)/.exec(
      options,
    );
  const command = found?.[1] ?? "";
  return [
    command.startsWith('"') ? command.slice(1, -1).replaceAll('\\"', '"') : command,
    found?.[2],
    found?.[3],
  ];
}

function foundStep(step: StepFile, text: Text) {
  const inputs = Object.fromEntries(
    Object.entries(step.with ?? {}).map(([key, of]) => [key, text(String(of))]),
  );
  const lines = (inputs["path"] ?? "").split("\n");
  switch (step.uses) {
    case "actions/checkout@v4":
      return { uses: step.uses };
    case "actions/cache@v4":
      return { caches: lines, key: inputs["key"] };
    case "actions/cache/restore@v4":
      return { caches: lines, key: inputs["key"], only: "restore" };
    case "actions/cache/save@v4":
      return { caches: lines, key: inputs["key"], only: "save" };
    case "actions/download-artifact@v4":
      return { fetches: inputs["name"], to: inputs["path"] ?? "" };
    case "actions/upload-artifact@v4":
      return {
        keeps: inputs["name"],
        paths: lines,
        days: Number(inputs["retention-days"] ?? 0),
        condition: /\$\{\{ (.*) \}\}/.exec(step.if ?? "")?.[1],
      };
    case undefined:
      break;
  }
  if (step.uses !== undefined) return { uses: step.uses, with: inputs, id: step.id ?? "" };
  return {
    run: text(step.run ?? ""),
    shell: step.shell ?? "",
    folder: step["working-directory"] ?? "",
    id: step.id ?? "",
    name: text(step.name ?? ""),
    minutes: step["timeout-minutes"] ?? 0,
    mayFail: step["continue-on-error"] ?? false,
    env: textsOf(step.env, text),
  };
}

function expectedEvents(triggers: Triggers | undefined) {
  const { push, pullRequest, mergeQueue, schedules = [], manual } = triggers ?? {};
  const filter = {
    ...(push?.branches.length === 0 ? {} : { branches: push?.branches }),
    ...(push?.branchesIgnore.length === 0 ? {} : { "branches-ignore": push?.branchesIgnore }),
    ...(push?.tags.length === 0 ? {} : { tags: push?.tags }),
    ...(push?.tagsIgnore.length === 0 ? {} : { "tags-ignore": push?.tagsIgnore }),
  };
  return {
    ...(push === undefined
      ? {}
      : { push: Object.keys(filter).length === 0 ? { branches: ["**"] } : filter }),
    ...(pullRequest === undefined
      ? {}
      : {
          pull_request: pullRequest.branches.length === 0 ? {} : { branches: pullRequest.branches },
        }),
    ...(mergeQueue === undefined ? {} : { merge_group: {} }),
    ...(schedules.length === 0 ? {} : { schedule: schedules.map(({ cron }) => ({ cron })) }),
    ...(manual === undefined
      ? {}
      : {
          workflow_dispatch: {
            inputs: {
              dry: { type: "boolean", default: true },
              level: { type: "choice", default: "low", options: ["low", "high"] },
            },
          },
        }),
  };
}

type Known = {
  readonly before: ReadonlyMap<string, ReadonlySet<string>>;
  readonly open: ReadonlySet<string>;
};

/** All that ends before each job, and which jobs may be left out. */
function knownOf({ jobs }: Workflow, isAsking: (job: Job) => boolean): Known {
  const all = new Map<string, ReadonlySet<string>>();
  const open = new Set<string>();
  for (const job of jobs) {
    all.set(job.id, new Set(job.needs.flatMap((need) => [need, ...(all.get(need) ?? [])])));
    const isOpen = isAsking(job) || job.condition !== undefined;
    if (isOpen || job.needs.some((need) => open.has(need))) open.add(job.id);
  }
  return { before: all, open };
}

async function checkGraph(graph: Graph, scenario: Scenario = usualScenario): Promise<void> {
  const reads = await readBack(graph);
  for (const [at, workflow] of graph.workflows.entries()) {
    const read = reads[at];
    if (read === undefined) throw new Error("a file is missing");
    const contexts = contextsOf(workflow, scenario);
    const text: Text = (each) => textIn(each, contexts);
    const own = { ...scenario, outputs: outputsOf(workflow) };
    const jobs = read.jobs.filter(({ id }) => id !== "gate");
    const isApproval = (id: string): boolean =>
      workflow.jobs.some((job) => job.id === id && job.kind.case === "approval");
    expect(jobs.map((job) => foundJob(job, isApproval(job.id), text))).toEqual(
      workflow.jobs.map((job) => expectedJob(graph, job, own)),
    );
    expect(read.events).toEqual(expectedEvents(workflow.triggers));
    expect(textsOf(read.file.env, text)).toEqual(expectedEnv(workflow.env, own));
    expect(readPermissions(read.file.permissions)).toEqual(
      expectedPermissions(workflow.permissions),
    );
    const { before: all, open } = knownOf(workflow, () => false);
    for (const [number, job] of workflow.jobs.entries()) {
      const needs = jobs[number]?.needs ?? [];
      expect(needs.slice(0, job.needs.length)).toEqual(job.needs);
      const others = needs.slice(job.needs.length);
      expect(others.every((other) => all.get(job.id)?.has(other))).toBe(true);
      const mayBeLeftOut = [...(all.get(job.id) ?? [])].some((one) => open.has(one));
      expect(mayBeLeftOut || others.length === 0).toBe(true);
    }
  }
}

test("GitHub's own parser reads the graph of the example back", async () => {
  const example = path.join(import.meta.dirname, "../../examples/pipeline/cig.toml");
  await checkGraph(graphOf(readFileSync(example, "utf8")));
});

test("every kind of step is read back", async () => {
  await checkGraph(
    graphOf(`${head}[caches.tools]
paths = ["a b", "~/.x"]
key_parts = ["platform", "it's/lock.json", "v:1", "other.json"]
[jobs.a]
matrix = { x = ["1", "b"] }
steps = [
  { restore_cache = "tools" },
  { uses = "github:actions/setup-node@v4", id = "node", with = { node-version = "\${{ github.sha }}", token = { secret = "NPM_TOKEN" } } },
  { run = "make", shell = "bash" },
  { save_cache = "tools" },
  { upload = { name = "made", paths = ["a", "b/**"], when = "always", retention_days = 3 } },
]
[jobs.b]
needs = ["a"]
checkout = { depth = 0 }
steps = [{ download = { name = "made", path = "in" } }, { run = "true" }]
`),
  );
});

test.each(awkwardTexts)("%j reaches shell, variables and names as it is written", async (text) => {
  const quoted = JSON.stringify(text);
  await checkGraph(
    graphOf(`${head}[jobs.a]
name = ${quoted}
env = { X = ${quoted} }
steps = [{ name = ${quoted}, run = ${quoted}, env = { Y = ${quoted} } }]
`),
  );
});

test("of any pipeline GitHub's own parser reads the same graph back", async () => {
  await fc.assert(
    fc.asyncProperty(randomPipeline(), scenarios, async (text, scenario) => {
      await checkGraph(graphOf(text), scenario);
    }),
    { numRuns: 40 },
  );
});

const endings = fc.record({
  ends: fc.array(fc.constantFrom("success", "success", "failure", "cancelled", "skipped"), {
    minLength: 30,
    maxLength: 30,
  }),
  answers: fc.array(fc.constantFrom("true", "false", ""), { minLength: 30, maxLength: 30 }),
  isEnding: fc.nat(9).map((number) => number === 0),
  env: fc.constantFrom({}, { MODE: "0" }, { MODE: "a/b" }, { MODE: "false" }),
});

type Endings = {
  readonly ends: readonly string[];
  readonly answers: readonly string[];
  readonly isEnding: boolean;
  /** Of each job. */
  readonly env: Texts;
};

/** Each job by itself: whether it runs when those before ended so. */
function checkConditions(
  workflow: Workflow,
  read: ReadWorkflow,
  scenario: Scenario,
  { ends, answers, isEnding, env }: Endings,
  isSkipping: boolean,
): void {
  const isAsking = ({ kind }: Job): boolean =>
    isSkipping && kind.case === "work" && kind.value.environment === "";
  const { before: all, open } = knownOf(workflow, isAsking);
  const results = new Map(
    workflow.jobs.map(({ id }, at) => {
      const end = ends[at] ?? "success";
      return [id, end === "skipped" && !open.has(id) ? "success" : end] as const;
    }),
  );
  const told = Object.fromEntries(
    workflow.jobs.flatMap(({ id }, at) => {
      const answer = answers[at] ?? "";
      return answer === "" ? [] : [[id, answer] as const];
    }),
  );
  for (const [at, job] of workflow.jobs.entries()) {
    const found = read.jobs.find(({ id }) => id === job.id);
    const ended = [...(all.get(job.id) ?? [])].map((id) => results.get(id));
    const ended_ = {
      hasFailed: ended.includes("failure"),
      wasCancelled: ended.includes("cancelled"),
      isEnding,
    };
    const needs = Object.fromEntries(
      (found?.needs ?? []).map((id) => [
        id,
        id === "signatures"
          ? { result: "success", outputs: told }
          : { result: results.get(id) ?? "", outputs: {} },
      ]),
    );
    const world = { scenario, before: ended_, env: {}, steps: {} };
    const isUnchanged = isAsking(job) && answers[at] === "false";
    const expected = !isUnchanged && holds(job.condition, world);
    const actual = githubHolds(found?.job.if, githubContexts(scenario, needs), {
      ...ended_,
      wasLeftOut: ended.includes("skipped"),
    });
    expect(actual, `${found?.job.if ?? ""}\n${JSON.stringify({ needs, scenario })}`).toBe(expected);
    const steps = job.kind.case === "work" ? job.kind.value.steps : [];
    const written = found?.job.steps.filter(({ run }) => run !== undefined) ?? [];
    for (const [number, step] of steps.entries()) {
      const own = { ...ended_, wasLeftOut: false };
      // Whoever ends a job ends its steps.
      const inJob = { ...own, wasCancelled: isEnding };
      expect(
        githubHolds(written[number]?.if, { ...githubContexts(scenario, {}), env }, inJob),
        written[number]?.if,
      ).toBe(holds(step.condition, { ...world, env, before: inJob }));
    }
  }
}

test.each([false, true])(
  "for any event and any end of the jobs before, GitHub's own library runs what the graph runs (skipping: %s)",
  async (isSkipping) => {
    await fc.assert(
      fc.asyncProperty(
        randomPipeline({ withStatuses: true }),
        scenarios,
        endings,
        async (text, scenario, ended) => {
          const graph = graphOf(text);
          const reads = await readBack(graph, isSkipping);
          for (const [at, workflow] of graph.workflows.entries()) {
            const read = reads[at];
            if (read === undefined) throw new Error("a file is missing");
            checkConditions(workflow, read, scenario, ended, isSkipping);
          }
        },
      ),
      { numRuns: 100 },
    );
  },
);
