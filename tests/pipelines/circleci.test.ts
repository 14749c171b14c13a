import { readFileSync } from "node:fs";
import path from "node:path";
import { create } from "@bufbuild/protobuf";
import { file_slipway_pipelines_v1_graph as graphFile } from "@slipway/pipeline-sdk/graph";
import type { Graph, Job, Step, Triggers, Variable, Work } from "@slipway/pipeline-sdk/graph";
import {
  Diagnostic_Level,
  Feature_Support,
  GenerateRequestSchema,
} from "@slipway/pipeline-sdk/protocol";
import type { GenerateResult } from "@slipway/pipeline-sdk/protocol";
import { planPipeline } from "@slipway/pipelines/plan";
import { renderCircleci } from "@slipway/provider-circleci";
import { features } from "@slipway/provider-circleci/features";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { awkwardTexts, randomPipeline } from "./random-pipeline.ts";
import { entriesOf, holds, readByCircleci, readCircleci, unescaped } from "./read-circleci.ts";
import type {
  CircleciConfig,
  CircleciEntry,
  CircleciJob,
  CircleciRun,
  Pipeline,
} from "./read-circleci.ts";

const head = 'version = "0.2"\n[project]\nname = "fleet"\n';

function graphOf(text: string): Graph {
  const planned = planPipeline({ file: "cig.toml", text }, { facts: {} });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  return planned.value.resolved.graph;
}

const skipping = {
  install: "sh get-slipway.sh",
  decide: "./slipway decide",
  record: "./slipway record",
  folder: ".slipway/records",
  timeoutMinutes: 5,
};

function rendered(graph: Graph, isSkipping = false): GenerateResult {
  const workflows = graph.workflows.map(({ id }) => id);
  return renderCircleci(
    create(GenerateRequestSchema, {
      target: "circleci",
      graph,
      outputs: [{ path: "config.yml", secondPath: "jobs.yml", workflows }],
      ...(isSkipping ? { skipping } : {}),
    }),
  );
}

function errorsOf({ diagnostics }: GenerateResult): readonly string[] {
  return diagnostics
    .filter(({ level }) => level === Diagnostic_Level.ERROR)
    .map(({ code }) => code);
}

/** What a reader should find of a job, and what it finds. */
type Neutral = {
  readonly id: string;
  readonly isApproval: boolean;
  readonly needs: readonly string[];
  readonly context: string;
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  readonly services: readonly unknown[];
  readonly caches: readonly unknown[];
  readonly kept: readonly unknown[];
  readonly fetched: readonly unknown[];
  readonly reports: readonly string[];
  readonly minutes: number;
  readonly isConditional: boolean;
  readonly steps: readonly NeutralStep[];
};

type NeutralStep = {
  readonly run: string;
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
};

function textsOf(variables: readonly Variable[]): Record<string, string> {
  return Object.fromEntries(
    variables.flatMap(({ name, value }) =>
      value?.kind.case === "literal" ? [[name, value.kind.value]] : [],
    ),
  );
}

function expectedStep(work: Work, step: Step): NeutralStep {
  if (step.kind.case !== "run") throw new Error("a step with no command");
  const { command, workingDirectory } = step.kind.value;
  const exported = new Set(
    work.env.filter(({ value }) => value?.kind.case !== "literal").map(({ name }) => name),
  );
  return {
    run: command,
    name: step.name,
    // Those that a shell of the job exports are exported once more by a script.
    env: textsOf(step.env.filter(({ name }) => !exported.has(name))),
    folder: workingDirectory || work.workingDirectory,
  };
}

function expectedJob(graph: Graph, job: Job): Neutral {
  const empty = {
    context: "",
    image: "",
    env: {},
    services: [],
    caches: [],
    kept: [],
    fetched: [],
  };
  const common = { id: job.id, needs: [...job.needs].toSorted() };
  if (job.kind.case !== "work") {
    const rest = { reports: [], minutes: 0, isConditional: false, steps: [] };
    return { ...common, isApproval: true, ...empty, ...rest };
  }
  const work = job.kind.value;
  const cacheKeys = work.caches.flatMap((id) => graph.caches.filter((one) => one.id === id));
  return {
    ...common,
    isApproval: false,
    context: work.environment,
    image: work.container?.image ?? "",
    env: textsOf([...graph.workflows.flatMap(({ env }) => env), ...work.env]),
    services: work.services.flatMap((id) =>
      graph.services
        .filter((one) => one.id === id)
        .map((one) => ({ image: one.container?.image, env: textsOf(one.env) })),
    ),
    caches: cacheKeys.map(({ paths }) => paths),
    kept: work.artifacts.map(({ name, paths }) => ({ name, paths })),
    fetched: work.usesArtifacts.map((use) => ({
      from: use.jobs.map((id) => `${id}/${use.name}`),
      to: use.path,
    })),
    reports: work.testReports,
    minutes: work.timeoutMinutes,
    isConditional: job.condition !== undefined,
    steps: work.steps.map((step) => expectedStep(work, step)),
  };
}

function runsOf(job: CircleciJob): readonly CircleciRun[] {
  return job.steps.flatMap((step) => (typeof step === "object" && "run" in step ? [step.run] : []));
}

/** Scripts that are the provider's own. */
function isOurs({ command, environment = {} }: CircleciRun): boolean {
  if ("SLIPWAY_COMMAND" in environment) return false;
  return (
    "SLIPWAY_TO" in environment ||
    /^(?:mkdir -p \/tmp\/slipway|echo \$\(\( \$\(date|docker run --detach)/.test(command) ||
    /(?:^|\n)\} >>"\$BASH_ENV"$|circleci-agent step halt|^if \[ "\$\{CIRCLE_NODE_INDEX:-0\}"/.test(
      command,
    ) ||
    / >\/tmp\/slipway\/outputs\/[\w-]+\/v$/.test(command) ||
    /^printf '%s\\n' https:\/\/example.com\/a$|^for port in /.test(command)
  );
}

function unescapedAll(of: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(of)
      .filter(([name]) => !name.startsWith("SLIPWAY_"))
      .map(([name, text]) => [name, unescaped(text)]),
  );
}

function foundStep(run: CircleciRun): NeutralStep {
  const wrapped = run.environment?.["SLIPWAY_COMMAND"];
  const command = unescaped(wrapped ?? run.command);
  const name = unescaped(run.name ?? "");
  const isUsual = wrapped !== undefined && name === command.trim().split("\n", 1)[0];
  return {
    run: command,
    name: isUsual ? "" : name,
    env: unescapedAll(run.environment),
    folder: unescaped(run.working_directory ?? ""),
  };
}

function foundJob(id: string, entry: CircleciEntry, job: CircleciJob | undefined): Neutral {
  const needs = (entry.requires ?? [])
    .flatMap((one) => (typeof one === "string" ? [one] : Object.keys(one)))
    .toSorted();
  const runs = job === undefined ? [] : runsOf(job);
  const of = (name: string): readonly CircleciRun[] =>
    runs.filter(({ environment = {} }) => name in environment);
  const deadline = runs.map(({ command }) => /date \+%s\) \+ (\d+) \)\)/.exec(command)?.[1] ?? "0");
  return {
    id,
    isApproval: entry.type === "approval",
    needs,
    context: typeof entry.context === "string" ? entry.context : "",
    image: job?.docker?.[0]?.image ?? "",
    env: unescapedAll(job?.environment),
    services:
      job?.machine === undefined
        ? (job?.docker ?? [])
            .slice(1)
            .map(({ image, environment }) => ({ image, env: unescapedAll(environment) }))
        : runs
            .filter(({ command }) => command.startsWith("docker run --detach"))
            .map(({ command, environment }) => ({
              image: / (\S+)\ntries=/.exec(command)?.[1],
              env: unescapedAll(environment),
            })),
    caches: (job?.steps ?? []).flatMap((step) =>
      typeof step === "object" && "save_cache" in step ? [step.save_cache.paths] : [],
    ),
    kept: of("SLIPWAY_PATHS")
      .filter(({ name }) => name !== "test reports")
      .map(({ name = "", environment = {} }) => ({
        name: unescaped(name).replace(/^keep /, ""),
        paths: unescaped(environment["SLIPWAY_PATHS"] ?? "").split("\n"),
      })),
    fetched: of("SLIPWAY_FROM").map(({ environment = {} }) => ({
      from: (environment["SLIPWAY_FROM"] ?? "")
        .split("\n")
        .map((each) => each.replace("/tmp/slipway/artifacts/", "")),
      to: environment["SLIPWAY_TO"],
    })),
    reports: of("SLIPWAY_PATHS")
      .filter(({ name }) => name === "test reports")
      .map(({ environment = {} }) => unescaped(environment["SLIPWAY_PATHS"] ?? "")),
    minutes: Number(deadline.find((one) => one !== "0") ?? 0) / 60,
    isConditional: runs.some(({ command }) => command.includes("circleci-agent step halt")),
    steps: runs.filter((run) => !isOurs(run)).map(foundStep),
  };
}

function foundIn(config: CircleciConfig, workflow: string): readonly Neutral[] {
  const entries = config.workflows[workflow]?.jobs.flatMap(entriesOf) ?? [];
  return entries.map(([id, entry]) => foundJob(id, entry, config.jobs[id]));
}

function check(graph: Graph): void {
  const result = rendered(graph);
  expect(errorsOf(result)).toEqual([]);
  const [fragment] = result.fragments;
  expect(result.fragments.map((one) => one.path)).toEqual(["config.yml"]);
  const config = readCircleci(fragment?.content ?? "");
  for (const { id, jobs } of graph.workflows) {
    expect(foundIn(config, id)).toEqual(jobs.map((job) => expectedJob(graph, job)));
  }
}

function checkByCircleci(graph: Graph): void {
  const content = rendered(graph).fragments[0]?.content ?? "";
  const config = readCircleci(content);
  const byCircleci = readByCircleci(content);
  expect(byCircleci.needs).toEqual(
    graph.workflows.map(({ id, jobs }) => ({
      name: id,
      jobs: jobs.map((job) => ({ name: job.id, needs: [...job.needs].toSorted() })),
    })),
  );
  expect(byCircleci.commands).toEqual(
    Object.entries(config.jobs).map(([name, job]) => ({
      name,
      commands: runsOf(job).map(({ command }) => unescaped(command)),
    })),
  );
}

test("a reader of CircleCI's reference finds the graph of the example", () => {
  const example = path.join(import.meta.dirname, "../../examples/pipeline/cig.toml");
  const graph = graphOf(readFileSync(example, "utf8"));
  check(graph);
  checkByCircleci(graph);
});

test.each(awkwardTexts)(
  "a command and a variable of %j reach the shell as they are written",
  (text) => {
    const value = JSON.stringify(text);
    const isTemplate = /\{\{\s*\./.test(text);
    const env = isTemplate ? "" : `env = { X = ${value} }\n`;
    check(graphOf(`${head}[jobs.a]\n${env}steps = [{ run = ${value}, env = { Y = "a" } }]\n`));
    check(graphOf(`${head}[jobs.a]\nsteps = [{ run = ${value}, timeout_minutes = 3 }]\n`));
  },
);

test("of any pipeline a reader finds the same jobs, needs, commands, variables, services, caches and artifacts", () => {
  const never = ["concurrency", "schedules"] as const;
  const pipeline = fc.oneof(
    randomPipeline({ without: ["approvals", ...never] }),
    // What is asked before an approval is no condition of a shell.
    randomPipeline({ without: ["job-conditions", ...never] }),
  );
  fc.assert(
    fc.property(pipeline, (text) => {
      const graph = graphOf(text.replaceAll('"base-branch"', '"branch"'));
      const errors = errorsOf(rendered(graph));
      expect(errors.filter((code) => code !== "CIRCLECI_CANCELLED")).toEqual([]);
      fc.pre(errors.length === 0);
      check(graph);
    }),
    { numRuns: 60 },
  );
});

function fits(globs: readonly string[], name: string): boolean {
  return globs.some((glob) => path.matchesGlob(name, glob));
}

/** Which pipelines start the workflow: CircleCI has those of pushes, of people and of clocks. */
function isStarted(triggers: Triggers, { branch, tag, source }: Pipeline): boolean {
  const { push, pullRequest, manual, mergeQueue } = triggers;
  if (source === "api") return manual !== undefined;
  if (source === "scheduled_pipeline") return false;
  const isQueued = branch.startsWith("gh-readonly-queue/");
  if (isQueued && mergeQueue !== undefined) return true;
  if (tag === "" && !isQueued && pullRequest !== undefined) return true;
  if (push === undefined) return false;
  const { branches, branchesIgnore, tags, tagsIgnore } = push;
  const hasBranches = branches.length + branchesIgnore.length > 0;
  const hasTags = tags.length + tagsIgnore.length > 0;
  if (tag !== "") {
    return hasTags ? (tags.length > 0 ? fits(tags, tag) : !fits(tagsIgnore, tag)) : !hasBranches;
  }
  if (branches.length > 0) return fits(branches, branch);
  if (isQueued) return false;
  return branchesIgnore.length > 0 ? !fits(branchesIgnore, branch) : !hasTags;
}

const pipelines: readonly Pipeline[] = [
  ...["main", "release/1", "release/1/2", "feature/a/b", "gh-readonly-queue/main/pr-1"].flatMap(
    (branch) =>
      ["webhook", "api", "scheduled_pipeline"].map((source) => ({ branch, tag: "", source })),
  ),
  ...["v1", "v2/3", "w"].map((tag) => ({ branch: "", tag, source: "webhook" })),
];

test("of any pipeline without services a library of CircleCI's own finds the same jobs, needs and commands", () => {
  const pipeline = randomPipeline({
    without: ["approvals", "concurrency", "schedules", "services", "step-conditions"],
  });
  fc.assert(
    fc.property(pipeline, (text) =>
      checkByCircleci(graphOf(text.replaceAll('"base-branch"', '"branch"'))),
    ),
    { numRuns: 20 },
  );
});

test("a workflow is for the pipelines that its triggers name, and its jobs take tags where it does", () => {
  fc.assert(
    fc.property(randomPipeline({ without: ["approvals", "concurrency", "schedules"] }), (text) => {
      const graph = graphOf(text.replaceAll('"base-branch"', '"branch"'));
      const [fragment] = rendered(graph).fragments;
      fc.pre(fragment !== undefined);
      const config = readCircleci(fragment?.content ?? "");
      for (const { id, triggers } of graph.workflows) {
        if (triggers === undefined) throw new Error("a workflow of no events");
        const workflow = config.workflows[id];
        const found = pipelines.filter((one) => holds(workflow?.when, one));
        expect(found).toEqual(pipelines.filter((one) => isStarted(triggers, one)));
        const takesTags = found.some(({ tag }) => tag !== "") || triggers.manual !== undefined;
        for (const [, { filters }] of (workflow?.jobs ?? []).flatMap(entriesOf)) {
          expect(filters).toEqual(takesTags ? { tags: { only: "/.*/" } } : undefined);
        }
      }
    }),
    { numRuns: 40 },
  );
});

test("each field and each value of the graph has a word on how it is rendered, once", () => {
  const enums = [
    ...graphFile.enums,
    ...graphFile.messages.flatMap(({ nestedEnums }) => nestedEnums),
  ];
  const names = [
    ...graphFile.messages
      .filter(({ name }) => name !== "Place")
      .flatMap(({ name, fields }) =>
        fields
          .filter((field) => field.message?.name !== "Place")
          .map((field) => `${name}.${field.name}`),
      ),
    ...enums.flatMap(({ values }) =>
      values.filter(({ number }) => number !== 0).map(({ name }) => name),
    ),
  ];
  expect(features.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  expect(
    features.filter(({ support, note }) => support !== Feature_Support.NATIVE && note === ""),
  ).toEqual([]);
});

function codesOf(text: string, isSkipping = false): readonly string[] {
  const { diagnostics } = rendered(graphOf(`${head}${text}`), isSkipping);
  return diagnostics.map(
    ({ level, code, place }) => `${Diagnostic_Level[level]} ${code} ${place?.path}`,
  );
}

const plain = 'steps = [{ run = "true" }]\n';

test("what CircleCI cannot say is told at its place, with what to write", () => {
  const push = "triggers = { push = {} }\n";
  const of = (text: string): readonly string[] =>
    rendered(graphOf(`${push}${head}${text}`)).diagnostics.map(
      ({ code, message, fixHint, place }) => `${place?.path}: ${code}: ${message}: ${fixHint}`,
    );
  expect(
    of(
      `[jobs.a]\n${plain}[jobs.b]\n${plain}[jobs.c]\nneeds = ["a", "b"]\nif = "failure()"\n${plain}`,
    ),
  ).toEqual([
    "jobs.c: CIRCLECI_STATUS: a job for failures is started by all of its needs together: let a job for failures need one job alone, and write a second one for what is for success",
  ]);
  expect(
    of(
      `[jobs.a]\n${plain}[jobs.b]\nneeds = ["a"]\nif = "failure()"\n${plain}${[
        "",
        "failure()",
        "!cancelled()",
        "always()",
      ]
        .map((when, at) => `[jobs.c${at}]\nneeds = ["b"]\n${when && `if = "${when}"\n`}${plain}`)
        .join("")}`,
    ),
  ).toEqual(
    ["c0", "c1", "c2"].map(
      (id) =>
        `jobs.${id}: CIRCLECI_STATUS: for what needs b that is no success, and as good as a failure: name a in needs instead of b, or write if = "always()"`,
    ),
  );
  const [upload, download] = [
    'upload = { name = "x", paths = ["a"] }',
    'download = { name = "x" }',
  ];
  const keys = 'env = { X = "1" }, timeout_minutes = 1, continue_on_error = true';
  expect(
    of(
      `[jobs.a]\nsteps = [{ ${upload}, ${keys} }]\n[jobs.b]\nneeds = ["a"]\nsteps = [{ ${download}, ${keys} }]\n`,
    ),
  ).toEqual(
    ["a env", "a timeout_minutes", "b env", "b timeout_minutes", "b continue_on_error"].map(
      (one) => {
        const [id, key] = one.split(" ");
        return `jobs.${id}.steps.0: CIRCLECI_STEP: it has no place for ${key}: leave out ${key}, or write it at the job`;
      },
    ),
  );
  expect(of('[jobs.a]\nsteps = [{ uses = "github:actions/setup-node@v4" }]\n')).toEqual([
    'jobs.a.steps.0: CIRCLECI_STEP: github:actions/setup-node@v4 is none of CircleCI: write what it does as run, or only_for = ["github"] beside it',
  ]);
  const orbs = ["circleci:a/b@1.0/c", "circleci:a/b@2.0/c"].map((uses) => `{ uses = "${uses}" }`);
  expect(of(`[jobs.a]\nsteps = [${orbs.join(", ")}]\n`)).toEqual([
    "jobs.a.steps.1: CIRCLECI_ORB: b would be a/b@1.0 and a/b@2.0: write the same version everywhere",
  ]);
  expect(of(`[jobs.a]\nretry = 6\n${plain}`)).toEqual([
    "jobs.a: CIRCLECI_RETRY: 6 is more: write retry = 5 or less",
  ]);
  expect(of(`[jobs.a]\nconcurrency = { group = "a b" }\n${plain}`)).toEqual([
    "jobs.a.concurrency: CIRCLECI_GROUP: CircleCI cannot write the group, or it holds what only a job knows: write such a text, with {{ branch }}, {{ tag }}, {{ commit }} or an input in it",
  ]);
});

test("triggers that are a setting of the project are told", () => {
  const text = `triggers = { pull_request = { branches = ["main"], types = ["opened", "labeled"] }, schedule = [{ cron = "0 3 * * *" }] }
${head}[jobs.a]
${plain}`;
  const told = (isSkipping: boolean): readonly string[] =>
    rendered(graphOf(text), isSkipping).diagnostics.map(
      ({ level, code }) => `${Diagnostic_Level[level]} ${code}`,
    );
  const pulls = [
    "INFO CIRCLECI_PULL_REQUEST",
    "WARNING CIRCLECI_PULL_REQUEST",
    "ERROR CIRCLECI_PULL_REQUEST",
  ];
  expect(told(false)).toEqual([...pulls, "ERROR CIRCLECI_SCHEDULE", "INFO CIRCLECI_SCHEDULE"]);
  expect(told(true)).toEqual([...pulls, "WARNING CIRCLECI_SCHEDULE"]);
  expect(codesOf(plain.replace("steps", "[jobs.a]\nsteps"))).toEqual([
    "INFO CIRCLECI_PULL_REQUEST triggers.pull_request",
  ]);
});

const everything = `version = "0.2"
triggers = { push = { branches = ["main", "release/*"], tags = ["v*"] }, schedule = [{ cron = "*/20 3 * * MON-FRI", branches = ["main", "release/**"] }], manual = { inputs = { level = { type = "choice", options = ["low", "high"] }, dry = { type = "boolean", default = true }, note = { type = "string", required = true } } } }
[workflows.ci]
circleci = { max_auto_reruns = 2, orbs = { slack = "circleci/slack@4.1.0" } }
[project]
name = "fleet"
default_runner = "large"
[runners.large]
circleci = { resource_class = "large" }
[runners.own]
circleci = { resource_class = "fleet/own" }
[environments.live]
name = "production"
url = "https://example.com/{{ branch }}"
[services.db]
image = { name = "registry.example.com/postgres:16", credentials = { username = "bot", password_secret = "REGISTRY" } }
env = { POSTGRES_PASSWORD = { secret = "DB" }, POSTGRES_USER = "u" }
ports = [5432, "6000:6379"]
health = { command = "pg_isready -U 'u'", interval_seconds = 5 }
[jobs.build]
matrix = { arch = ["amd64", "arm64", "s390x"] }
max_parallel = 2
retry = 2
parallelism = 3
checkout = { submodules = true, tags = true, path = "src" }
steps = [
  { uses = "circleci:setup_remote_docker", with = { docker_layer_caching = "true" } },
  { uses = "circleci:circleci/node@5.2.0/install-packages", with = { pkg-manager = "npm" } },
  { run = "make", env = { LEVEL = { input = "level" } } },
]
[jobs.hold]
needs = ["build"]
if = "branch == 'main' && input.dry != 'true'"
approval = "go on?"
[jobs.deploy]
needs = ["hold"]
runner = "own"
environment = "live"
services = ["db"]
concurrency = { group = "deploy-{{ branch }}" }
circleci = { context = ["one", "two"], resource_class = "fleet/big" }
steps = [{ run = "deploy" }]
[jobs.report]
needs = ["deploy"]
if = "failure() && event == 'schedule'"
steps = [{ run = "report" }]
[jobs.always]
needs = ["deploy", "build"]
if = "always()"
steps = [{ run = "clean" }]
`;

test("workflows, parameters and what the file says to CircleCI alone", () => {
  const result = rendered(graphOf(everything));
  expect(errorsOf(result)).toEqual([]);
  const config: unknown = parse(result.fragments[0]?.content ?? "");
  const tags = { filters: { tags: { only: "/.*/" } } };
  expect(config).toMatchObject({
    orbs: { node: "circleci/node@5.2.0", slack: "circleci/slack@4.1.0" },
    parameters: {
      dry: { type: "boolean", default: true },
      level: { type: "enum", enum: ["low", "high"], default: "low" },
      note: { type: "string", default: "" },
    },
    workflows: {
      ci: {
        max_auto_reruns: 2,
        jobs: [
          { "build-amd64": tags },
          { "build-arm64": tags },
          { "build-s390x": { requires: [{ "build-amd64": "terminal" }], ...tags } },
          {
            hold: {
              type: "approval",
              requires: ["build-amd64", "build-arm64", "build-s390x"],
              filters:
                '(pipeline.git.branch == "main") and (not (pipeline.parameters.dry == true))',
            },
          },
          {
            deploy: {
              requires: ["hold", "build-amd64", "build-arm64", "build-s390x"],
              context: ["one", "two"],
              ...tags,
              "serial-group": "fleet/deploy-<< pipeline.git.branch >>",
            },
          },
          {
            always: {
              requires: ["build-amd64", "build-arm64", "build-s390x", "deploy"].map((id) => ({
                [id]: "terminal",
              })),
              ...tags,
            },
          },
          { report: { requires: [{ deploy: ["failed", "not_run"] }], ...tags } },
        ],
      },
      "ci-schedule": {
        triggers: [
          {
            schedule: {
              cron: "0,20,40 3 * * 1,2,3,4,5",
              filters: { branches: { only: ["main", "/^release/.*$/"] } },
            },
          },
        ],
      },
    },
  });
});

const Jobs = z.object({
  jobs: z.record(z.string(), z.looseObject({ steps: z.array(z.unknown()) })),
});

test("machines, services on one, submodules, reruns and steps of CircleCI's own", () => {
  const config = Jobs.parse(parse(rendered(graphOf(everything)).fragments[0]?.content ?? ""));
  expect(config.jobs["deploy"]).toMatchObject({ machine: true, resource_class: "fleet/big" });
  expect(config.jobs["build-amd64"]).toMatchObject({
    machine: { image: "ubuntu-2404:current" },
    resource_class: "large",
    parallelism: 3,
    environment: { SLIPWAY_INPUT_level: "<< pipeline.parameters.level >>" },
  });
  expect(config.jobs["build-amd64"]?.steps.slice(1)).toMatchObject([
    { checkout: { path: "src" } },
    { run: { command: "git fetch --force --tags", working_directory: "src" } },
    { run: { name: "fetch submodules" } },
    { setup_remote_docker: { docker_layer_caching: true } },
    { "node/install-packages": { "pkg-manager": "npm" } },
    { run: { environment: { SLIPWAY_COMMAND: "make" }, max_auto_reruns: 2 } },
  ]);
  const [, start] = config.jobs["deploy"]?.steps ?? [];
  expect(start).toEqual({
    run: {
      name: "start db",
      command: String.raw`printf '%s' "$REGISTRY" | docker login --username bot --password-stdin registry.example.com
POSTGRES_PASSWORD="${"${DB-}"}"
export POSTGRES_PASSWORD
docker run --detach --name db --publish 5432:5432 --publish 6000:6379 --env POSTGRES_PASSWORD --env POSTGRES_USER --health-cmd 'pg_isready -U '\''u'\''' --health-interval 5s registry.example.com/postgres:16
tries=15
until [ "$(docker inspect --format '{{ .State.Health.Status }}' db)" = healthy ]; do
  tries=$((tries - 1))
  if [ "$tries" -le 0 ]; then docker logs db >&2; exit 1; fi
  sleep 1
done`,
      environment: { POSTGRES_USER: "u" },
    },
  });
});

test("the same graph is the same bytes", () => {
  const [first, second] = [rendered(graphOf(everything)), rendered(graphOf(everything))];
  expect(first.fragments[0]?.content).toBe(second.fragments[0]?.content);
});

test("what a newer core says and this plugin does not know is no guard left out", () => {
  const text = `${head}[jobs.a]\nif = "branch == 'main'"\nartifacts = [{ name = "x", paths = ["a"] }]\n${plain}`;
  const graph = graphOf(text);
  const [job] = graph.workflows[0]?.jobs ?? [];
  if (job?.condition === undefined || job.kind.case !== "work") throw new Error("no job");
  const { condition } = job;
  const [artifact] = job.kind.value.artifacts;
  if (artifact === undefined) throw new Error("no artifact");
  Object.assign(artifact, { when: 9 });
  expect(() => rendered(graph)).toThrow("does not know the when 9");
  Object.assign(artifact, { when: 1 });
  condition.kind = { case: undefined };
  expect(() => rendered(graph)).toThrow("does not know the kind of a Condition");
});

test.each(["X;id", "a b", "$(id)", "1"])(
  "the name %j of a variable or a secret is in no script",
  (name) => {
    const graph = graphOf(`${head}[jobs.a]\nenv = { X = { secret = "S" } }\n${plain}`);
    const [job] = graph.workflows[0]?.jobs ?? [];
    const [variable] = job?.kind.case === "work" ? job.kind.value.env : [];
    if (variable?.value === undefined) throw new Error("no variable");
    variable.name = name;
    expect(() => rendered(graph)).toThrow("is no name of the graph");
    variable.name = "X";
    expect(rendered(graph).fragments.length).toBe(1);
    variable.value.kind = { case: "secret", value: name };
    expect(() => rendered(graph)).toThrow("is no name of the graph");
  },
);
