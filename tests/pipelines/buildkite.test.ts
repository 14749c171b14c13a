import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { create } from "@bufbuild/protobuf";
import type { DescMessage } from "@bufbuild/protobuf";
import { file_slipway_pipelines_v1_graph as graphFile } from "@slipway/pipeline-sdk/graph";
import type { Graph } from "@slipway/pipeline-sdk/graph";
import { GenerateRequestSchema } from "@slipway/pipeline-sdk/protocol";
import type { GenerateResult } from "@slipway/pipeline-sdk/protocol";
import { planPipeline } from "@slipway/pipelines/plan";
import { answerFor } from "@slipway/pipelines/skipping";
import { features, renderBuildkite } from "@slipway/provider-buildkite";
import { digestOf } from "@slipway/signature";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { holdsIn } from "./read-buildkite.ts";

const head = 'version = "0.2"\n[project]\nname = "fleet"\n';

function graphOf(text: string): Graph {
  const planned = planPipeline({ file: "cig.toml", text: `${head}${text}` }, { facts: {} });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  return planned.value.resolved.graph;
}

const skipping = {
  install: "get slipway",
  decide: "slipway decide",
  record: "slipway record",
  secrets: ["STORE_TOKEN"],
  folder: ".slipway/store",
  timeoutMinutes: 5,
};

function rendered(text: string, isSkipping = false): GenerateResult {
  const graph = graphOf(text);
  const workflows = graph.workflows.map(({ id }) => id);
  return renderBuildkite(
    create(GenerateRequestSchema, {
      target: "buildkite",
      graph,
      outputs: [{ path: "pipeline.yml", secondPath: isSkipping ? "steps.yml" : "", workflows }],
      ...(isSkipping ? { skipping } : {}),
    }),
  );
}

const File = z.object({ steps: z.array(z.record(z.string(), z.unknown())) });

/** Steps of one file, without what each has for the events of its workflow. */
function stepsOf(result: GenerateResult, at = 0): readonly Record<string, unknown>[] {
  expect(result.diagnostics.map(({ message }) => message)).toEqual([]);
  const { steps } = File.parse(parse(result.fragments[at]?.content ?? ""));
  return steps;
}

function commandOf(step: Record<string, unknown> | undefined): string {
  return z.string().parse(step?.["command"]).replaceAll("$$", "$");
}

const problemsOf = (text: string) =>
  rendered(text).diagnostics.map(({ code, message, fixHint }) => [code, message, fixHint]);

test("each field and each value of the graph has its word in the table of features", () => {
  const named: string[] = [];
  const walk = (message: DescMessage): void => {
    for (const field of message.fields) {
      if (field.message?.name !== "Place") named.push(`${message.name}.${field.name}`);
    }
    for (const inner of message.nestedMessages) walk(inner);
    for (const list of message.nestedEnums) named.push(...valuesOf(list));
  };
  const valuesOf = (list: (typeof graphFile.enums)[number]) =>
    list.values.flatMap((value) => (value.number === 0 ? [] : [value.name]));
  for (const message of graphFile.messages) if (message.name !== "Place") walk(message);
  for (const list of graphFile.enums) named.push(...valuesOf(list));
  expect(features.map(({ name }) => name).toSorted()).toEqual(named.toSorted());
});

test("what Buildkite has by itself is said in its own words", () => {
  const [step] = stepsOf(
    rendered(`[runners.large]
buildkite = { agents = { queue = "large" } }
[jobs.a]
name = "all of it"
runner = "large"
image = { name = "registry.example/node:26", credentials = { username = "u", password_secret = "P" }, user = "1000", entrypoint = ["/init", "--"] }
env = { A = "1", B = { secret = "TOKEN" } }
checkout = { depth = 1, submodules = true, tags = true }
timeout_minutes = 10
retry = 2
continue_on_error = true
parallelism = 3
fail_fast = true
concurrency = { group = "deploy-{{ branch }} $x" }
test_reports = ["reports/*.xml"]
buildkite = { priority = 1, env = { A = "$BUILDKITE_TAG" } }
steps = [{ uses = "buildkite:mise#v1.1.0", with = { version = "1" } }, { run = "make" }]
`),
  );
  const { if: _if, command: _command, ...said } = step ?? {};
  expect(said).toEqual({
    label: "all of it",
    key: "a",
    depends_on: [],
    plugins: [
      {
        "docker-login#v3.0.0": {
          username: "u",
          "password-env": "SLIPWAY_REGISTRY_PASSWORD",
          server: "registry.example",
        },
      },
      { "mise#v1.1.0": { version: "1" } },
      {
        "docker#v5.13.0": {
          image: "registry.example/node:26",
          user: "1000",
          entrypoint: "/init",
          shell: ["--", "/bin/sh", "-e", "-c"],
          "propagate-environment": true,
          environment: ["B"],
        },
      },
    ],
    env: { A: "$BUILDKITE_TAG" },
    secrets: { B: "TOKEN", SLIPWAY_REGISTRY_PASSWORD: "P" },
    checkout: { submodules: true, depth: 1, flags: { fetch: "-v --prune --tags" } },
    artifact_paths: ["reports/*.xml"],
    timeout_in_minutes: 10,
    retry: { automatic: [{ exit_status: "*", limit: 2 }] },
    soft_fail: true,
    parallelism: 3,
    concurrency: 1,
    concurrency_group: "${BUILDKITE_PIPELINE_SLUG}/deploy-${BUILDKITE_BRANCH} $$x",
    cancel_on_build_failing: true,
    agents: { queue: "large" },
    priority: 1,
  });
});

test("a step waits for all before it, also through one that may be left out; an approval and a form wait for people", () => {
  const steps = stepsOf(
    rendered(`[triggers.push]
branches = ["main"]
[triggers.manual.inputs.level]
type = "choice"
options = ["low", "high"]
default = "low"
description = "how much"
[jobs.a]
steps = [{ run = "a" }]
[jobs.b]
needs = ["a"]
if = "branch == 'main'"
steps = [{ run = "b" }]
[jobs.c]
needs = ["b"]
if = "always() && setting.C == '1'"
approval = "go on?"
`),
  );
  expect(steps.map(({ if: _if, command: _command, ...step }) => step)).toEqual([
    {
      input: "inputs",
      key: "ci-inputs",
      depends_on: [],
      fields: [
        {
          select: "level",
          key: "input/level",
          hint: "how much",
          required: false,
          default: "low",
          options: [
            { label: "low", value: "low" },
            { label: "high", value: "high" },
          ],
        },
      ],
    },
    { label: "a", key: "a", depends_on: ["ci-inputs"] },
    { label: "b", key: "b", depends_on: ["ci-inputs", "a"] },
    {
      block: "c",
      key: "c",
      prompt: "go on?",
      depends_on: [
        "ci-inputs",
        { step: "b", allow_failure: true },
        { step: "a", allow_failure: true },
      ],
    },
  ]);
  expect(z.string().parse(steps[3]?.["if"])).toMatch(/ && build\.env\("C"\) == "1"$/);
});

const fates = [
  "passes",
  "fails",
  "has no place",
  "is skipped",
  "leaves itself out",
  "runs always",
] as const;
type Fate = (typeof fates)[number];

type RandomJob = {
  readonly needs: readonly number[];
  readonly fate: Fate;
};

const randomJobs: fc.Arbitrary<readonly RandomJob[]> = fc.array(
  fc.record({
    needs: fc.array(fc.nat(20), { maxLength: 3 }),
    fate: fc.constantFrom(...fates),
  }),
  { minLength: 1, maxLength: 9 },
);

const failsBeforeAlways: readonly RandomJob[] = [
  { needs: [], fate: "fails" },
  { needs: [0], fate: "runs always" },
  { needs: [1], fate: "passes" },
];

/** The number of each job that runs, as the graph says: what is left out passes on what it waited for. */
function runningJobs(jobs: readonly RandomJob[]): readonly number[] {
  const isStopped = new Map<number, boolean>();
  const hasFailed = new Map<number, boolean>();
  return jobs.flatMap(({ needs, fate }, at) => {
    const before = needs.filter((need) => need < at);
    const isAlways = fate === "runs always";
    // A failure is passed on by those too that run in spite of it.
    const isAfterFailure = before.some(
      (need) => isStopped.get(need) === true || hasFailed.get(need) === true,
    );
    isStopped.set(at, isAfterFailure);
    hasFailed.set(at, !isAfterFailure && fate === "fails");
    const isRunning = fate === "passes" || fate === "fails";
    return isAlways || (!isAfterFailure && isRunning) ? [at] : [];
  });
}

const Step = z.object({
  depends_on: z.array(z.union([z.string(), z.object({ step: z.string() })])),
  if: z.string(),
  skip: z.string().optional(),
});

/** As Buildkite does it: a step that is not there, or is skipped, stops nobody and waits for nobody. */
function runningSteps(
  steps: readonly Record<string, unknown>[],
  jobs: readonly RandomJob[],
): readonly number[] {
  const values = {
    "build.source": "webhook",
    "build.branch": "main",
    "build.tag": undefined,
    "build.pull_request.id": undefined,
    "build.merge_queue.base_branch": undefined,
  };
  const stops = new Set<string>();
  return jobs.flatMap(({ fate }, at) => {
    const step = Step.parse(steps.find(({ key }) => key === `j${at}`));
    const isThere = holdsIn(step.if, { values, env: {} });
    expect(isThere).toBe(fate !== "has no place");
    expect(step.skip !== undefined).toBe(fate === "is skipped");
    if (!isThere || fate === "is skipped") return [];
    const isStopped = step.depends_on.some((need) => typeof need === "string" && stops.has(need));
    if (isStopped || fate === "fails") stops.add(`j${at}`);
    return isStopped || fate === "leaves itself out" ? [] : [at];
  });
}

test("whatever is left out, a failure stops the same jobs as in the graph", () => {
  const conditions = {
    "has no place": ["branch == 'dev'", "branch == 'other'"],
    "leaves itself out": ["actor == ''", "actor == ''"],
    "runs always": ["always()", "always()"],
  };
  fc.assert(
    fc.property(randomJobs, (jobs) => {
      const text = jobs.map(({ needs, fate }, at) => {
        const before = [...new Set(needs)].filter((need) => need < at).map((need) => `"j${need}"`);
        const condition =
          fate === "has no place" || fate === "leaves itself out" || fate === "runs always"
            ? `if = ${JSON.stringify(conditions[fate][at % 2])}\n`
            : "";
        return `[jobs.j${at}]\nneeds = [${before.join(", ")}]\n${condition}steps = [{ run = "x" }]\n`;
      });
      const result = rendered(text.join(""), true);
      const signature = digestOf("");
      const decisions = new Map(
        jobs.flatMap(({ fate }, at) =>
          fate === "is skipped"
            ? [[`j${at}`, { run: false, reason: "succeeded", signature } as const]]
            : [],
        ),
      );
      const file = { workflow: "ci", rendered: result.fragments[1]?.content ?? "" };
      const { steps } = File.parse(parse(answerFor("buildkite", decisions, file)));
      expect(runningSteps(steps, jobs)).toEqual(runningJobs(jobs));
    }),
    { numRuns: 200, examples: [[failsBeforeAlways]] },
  );
});

const folder = mkdtempSync(path.join(tmpdir(), "buildkite-unit-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Ran = { readonly status: number | null; readonly told: readonly string[] };

/** Runs a command with programs that say how they were called. */
function run(command: string, fakes: Readonly<Record<string, string>>): Ran {
  const place = mkdtempSync(path.join(folder, "run-"));
  const told = path.join(place, "told");
  writeFileSync(told, "");
  mkdirSync(path.join(place, "bin"));
  for (const [name, text] of Object.entries(fakes)) {
    const script = `#!/bin/sh\necho "${name} $*" >>"$TOLD"\n${text}\n`;
    writeFileSync(path.join(place, "bin", name), script, { mode: 0o755 });
  }
  const { status } = spawnSync("/bin/bash", ["-e", "-c", command], {
    cwd: place,
    stdio: "ignore",
    env: { PATH: `${place}/bin:/usr/bin:/bin`, TOLD: told, BUILDKITE_JOB_ID: "job", HOME: place },
  });
  return { status, told: readFileSync(told, "utf8").split("\n").slice(0, -1) };
}

const skippable = `[jobs.a]
steps = [{ run = "a" }]
[jobs.b]
needs = ["a"]
if = "actor != 'bot'"
steps = [{ run = "b" }]
[jobs.c]
needs = ["b"]
skip = "never"
steps = [{ run = "c" }]
[jobs.d]
needs = ["c"]
approval = true
[jobs.e]
needs = ["d"]
skip = "allowed"
steps = [{ run = "e" }]
`;

test("the first step uploads what was decided, and all as it is where anything goes wrong", () => {
  const [step, ...others] = stepsOf(rendered(skippable, true));
  expect(others).toEqual([]);
  expect(step?.["secrets"]).toEqual(["STORE_TOKEN"]);
  const command = commandOf(step);
  const decided = "slipway decide --provider buildkite --workflow ci --file steps.yml";
  const agent = '[ "$2" != exists ]';
  const fine = { get: "", slipway: "echo 'steps: []'", "buildkite-agent": agent };
  const asked = "buildkite-agent meta-data exists uploaded/steps.yml";
  const kept = "buildkite-agent meta-data set uploaded/steps.yml yes";
  const good = run(command, fine);
  expect({ ...good, told: good.told.map((line) => line.replace(/\/tmp\S*/, "FILE")) }).toEqual({
    status: 0,
    told: [asked, "get slipway", decided, "buildkite-agent pipeline upload FILE", kept],
  });
  const all = ["buildkite-agent pipeline upload steps.yml", kept];
  for (const faulty of [{ get: "exit 1" }, { slipway: "echo x; exit 1" }, { slipway: "exit 0" }]) {
    const { status, told } = run(command, { ...fine, ...faulty });
    expect({ status, last: told.slice(-2) }).toEqual({ status: 0, last: all });
  }
  // Started again, it has nothing to do.
  expect(run(command, { ...fine, "buildkite-agent": "" })).toEqual({ status: 0, told: [asked] });
});

test("successes are recorded at the end, and not of a job that was left out", () => {
  const steps = stepsOf(rendered(skippable, true), 1);
  expect(steps.map(({ key }) => key)).toEqual([
    "a",
    "b",
    "c",
    "d",
    "e",
    "record-signatures",
    "record-signatures-2",
  ]);
  const ends = (ids: string) => ids.split(" ").map((step) => ({ step, allow_failure: true }));
  expect(steps[5]?.["depends_on"]).toEqual(ends("a b"));
  // It may wait for ever.
  expect(steps[6]?.["depends_on"]).toEqual(ends("d c b a e"));
  const command = commandOf(steps[5]);
  const agent = (outcome: string, leftOut: string): string =>
    `case "$1" in step) echo ${outcome} ;; meta-data) echo ${leftOut} ;; esac`;
  const records = (outcome: string, leftOut: string): readonly string[] =>
    run(command, { get: "", slipway: "", "buildkite-agent": agent(outcome, leftOut) }).told.filter(
      (line) => line.startsWith("slipway"),
    );
  const record = "slipway record --provider buildkite --workflow ci --job";
  expect(records("passed", "no")).toEqual([`${record} a`, `${record} b`]);
  expect(records("passed", "yes")).toEqual([]);
  expect(records("hard_failed", "no")).toEqual([]);
});

test("a job whose own condition does not hold does nothing, and tells that it was left out", () => {
  const [step] = stepsOf(
    rendered('[jobs.a]\nif = "actor == \'anna\'"\nsteps = [{ run = "touch made" }]\n'),
  );
  expect(run(commandOf(step), { "buildkite-agent": "", touch: "" })).toEqual({
    status: 0,
    told: ["buildkite-agent meta-data set left-out/a yes"],
  });
});

const published = `[triggers.push]
branches = ["main"]
[triggers.manual.inputs.dry]
type = "boolean"
default = "true"
[jobs.a]
if = "input.dry != 'true'"
steps = [{ run = "publish" }]
`;

test("an input is asked of a manual build alone, and without an answer nothing runs", () => {
  const [, step] = stepsOf(rendered(published));
  const runs = (source: string, agent: string): Ran =>
    run(`BUILDKITE_SOURCE=${source}\n${commandOf(step)}`, {
      "buildkite-agent": agent,
      publish: "",
    });
  const asked = "buildkite-agent meta-data get input/dry --default true";
  const leftOut = "buildkite-agent meta-data set left-out/a yes";
  expect(runs("ui", "echo true")).toEqual({ status: 0, told: [asked, leftOut] });
  expect(runs("ui", "echo false")).toEqual({ status: 0, told: [asked, "publish "] });
  expect(runs("api", "exit 3")).toEqual({ status: 1, told: [asked] });
  expect(runs("webhook", "exit 3")).toEqual({ status: 0, told: ["publish "] });
});

test("a build that is started again is no push", () => {
  const [, step] = stepsOf(rendered(published.replace(/if = .*/, "if = \"event == 'push'\"")));
  const again = {
    values: {
      "build.source": "ui",
      "build.branch": "main",
      "build.tag": undefined,
      "build.pull_request.id": undefined,
      "build.merge_queue.base_branch": undefined,
    },
    env: { BUILDKITE_REBUILT_FROM_BUILD_ID: "b1" },
  };
  const first = { ...again, values: { ...again.values, "build.source": "webhook" }, env: {} };
  const isThere = z.string().parse(step?.["if"]);
  expect([holdsIn(isThere, first), holdsIn(isThere, again)]).toEqual([true, false]);
});

test("a job after a failure asks how those before it ended", () => {
  const steps = stepsOf(
    rendered(`[jobs.a]
steps = [{ run = "a" }]
[jobs.b]
needs = ["a"]
if = "failure()"
steps = [{ run = "clean" }]
`),
  );
  const command = commandOf(steps[1]);
  const runs = (outcome: string): boolean =>
    run(command, { "buildkite-agent": `echo ${outcome}`, clean: "" }).told.includes("clean ");
  expect([runs("hard_failed"), runs("errored"), runs("passed"), runs("")]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

const services = `[services.db]
image = "postgres:16"
env = { PASSWORD = "it's" }
ports = ["6543:5432"]
health = { command = "pg_isready -U \\"a b\\"", interval_seconds = 5 }
[jobs.a]
services = ["db"]
steps = [{ run = "make test" }]
`;

test("services are started, waited for, and removed whatever happens", () => {
  const [step] = stepsOf(rendered(services));
  const network = "slipway-job";
  const docker = (health: string): string => `case "$1" in inspect) echo "${health}" ;; esac`;
  const ran = run(commandOf(step), { docker: docker("running healthy"), make: "exit 3" });
  const started = [
    `docker network create ${network}`,
    `docker run --detach --name ${network}-db --label slipway=${network} --network ${network} --network-alias db --env PASSWORD=it's --publish 6543:5432 --health-cmd pg_isready -U "a b" --health-interval 5s postgres:16`,
  ];
  const asked = `docker inspect --format {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}} ${network}-db`;
  const removed = [
    `docker ps --all --quiet --filter label=slipway=${network}`,
    "docker rm --force --volumes",
    `docker network rm ${network}`,
  ];
  expect(ran).toEqual({ status: 3, told: [...started, asked, "make test", ...removed] });
  const stop = 'case "$1" in inspect) kill -TERM "$MAIN"; echo "running starting" ;; esac';
  const stopped = run(`export MAIN=$$\n${commandOf(step)}`, { docker: stop, make: "" });
  expect(stopped).toEqual({ status: 143, told: [...started, asked, ...removed] });
  expect(run(commandOf(step), { docker: docker("running unhealthy"), make: "" })).toEqual({
    status: 1,
    told: [...started, asked, `docker logs ${network}-db`, ...removed],
  });
});

test("the password of a registry does not stay where its image is not to be had", () => {
  const image = `{ name = "registry.example/db:1", credentials = { username = "u", password_secret = "P" } }`;
  const [step] = stepsOf(
    rendered(
      `[services.db]\nimage = ${image}\n[jobs.a]\nservices = ["db"]\nsteps = [{ run = "make test" }]\n`,
    ),
  );
  const docker = (pull: string): string =>
    `case "$1" in login) echo "$DOCKER_CONFIG" >>"$TOLD" ;; pull) ${pull} ;; inspect) echo "running healthy" ;; esac`;
  const fakes = { "buildkite-agent": "echo secret", make: "" };
  for (const [pull, status] of [
    ["exit 4", 1],
    ['kill -TERM "$PPID"', 1],
    ["", 0],
  ] as const) {
    const ran = run(commandOf(step), { ...fakes, docker: docker(pull) });
    const config = ran.told.find((line) => line.startsWith("/")) ?? "";
    expect([ran.status, config === "", existsSync(config)]).toEqual([status, false, false]);
  }
});

test("a cache is packed for its plugin and unpacked where its files belong", () => {
  const [step] = stepsOf(
    rendered(`[caches.c]
paths = ["made/*.txt", "~/.tool"]
key_parts = ["lock", "v:1", "platform"]
[jobs.a]
caches = ["c"]
steps = [{ run = "mkdir made $HOME/.tool && echo 1 >made/a.txt && echo 2 >made/b && echo 3 >$HOME/.tool/x" }]
`),
  );
  const common = { path: ".slipway/caches/c", manifest: ["lock"], restore: "file" };
  const key = "c v:1 runner: image:";
  expect(step?.["plugins"]).toEqual([
    { "cache#v1.10.0": { ...common, "key-extra": `${key} false`, "soft-fail": true } },
    {
      "cache#v1.10.0": {
        ...common,
        save: "file",
        "key-extra": `${key} \${BUILDKITE_PULL_REQUEST}`,
        "soft-fail": true,
      },
    },
  ]);
  const again = "rm -r made $HOME/.tool\n";
  const show = "(cd made && echo *; cat a.txt; cat $HOME/.tool/x) >shown";
  const restored = commandOf(step).replaceAll("mkdir made", `${show}; exit 0; mkdir made`);
  const check = 'while read -r line; do said "$line"; done <shown';
  expect(run(`(\n${commandOf(step)})\n${again}(\n${restored})\n${check}`, { said: "" })).toEqual({
    status: 0,
    told: ["said a.txt", "said 1", "said 3"],
  });
});

test("artifacts are kept, and fetched by the paths and the job of who made them", () => {
  const steps = stepsOf(
    rendered(`[jobs.a]
artifacts = [{ name = "out", paths = ["dist/", "log-*.txt"] }]
steps = [{ run = "make" }]
[jobs.b]
uses_artifacts = [{ name = "out", path = "in" }]
needs = ["a"]
steps = [{ run = "make" }]
`),
  );
  const made = run(commandOf(steps[0]), { "buildkite-agent": "", make: "" });
  expect(made.told.slice(0, 2)).toEqual([
    "make ",
    "buildkite-agent artifact upload dist;dist/**/*;log-*.txt",
  ]);
  const none = '[ "$2" != search ] || exit 1';
  expect(run(commandOf(steps[0]), { "buildkite-agent": none, make: "" }).status).toBe(1);
  const fetches = ["dist", "dist/**/*", "log-*.txt"].map(
    (pattern) => `buildkite-agent artifact download ${pattern} in/ --step a`,
  );
  expect(run(commandOf(steps[1]), { "buildkite-agent": "", make: "" })).toEqual({
    status: 0,
    told: [...fetches, "make "],
  });
  expect(run(commandOf(steps[1]), { "buildkite-agent": "exit 1", make: "" })).toEqual({
    status: 1,
    told: fetches,
  });
});

test("outputs and the place of a deployment are told, and heard by who needs them", () => {
  const steps = stepsOf(
    rendered(`[environments.live]
url = "https://example.com/{{ commit }}"
[jobs.a]
environment = "live"
outputs = { v = "s.version" }
steps = [{ id = "s", run = "echo version=1 >>$GITHUB_OUTPUT" }]
[jobs.b]
needs = ["a"]
env = { V = { output = "a.v" } }
steps = [{ run = "make $V" }]
`),
  );
  const env = "BUILDKITE_COMMIT=c0ffee\n";
  expect(run(env + commandOf(steps[0]), { "buildkite-agent": "" }).told).toEqual([
    "buildkite-agent meta-data set output/a/v 1",
    "buildkite-agent annotate --style info --context environment-live Deployed to live: https://example.com/c0ffee",
  ]);
  expect(run(commandOf(steps[1]), { "buildkite-agent": "echo 1", make: "" }).told).toEqual([
    "buildkite-agent meta-data get output/a/v --default ",
    "make 1",
  ]);
});

test("a workflow that is to be alone stands between two steps of one group", () => {
  const steps = stepsOf(
    rendered(`[concurrency]
group = "deploy-{{ branch }}"
[jobs.a]
steps = [{ run = "a" }]
[jobs.b]
needs = ["a"]
steps = [{ run = "b" }]
`),
  );
  const group = "${BUILDKITE_PIPELINE_SLUG}/deploy-${BUILDKITE_BRANCH}";
  const waits = steps.map(({ key, depends_on: needs, concurrency_group: of }) => [key, needs, of]);
  expect(waits).toEqual([
    ["ci-begin", [], group],
    ["a", ["ci-begin"], undefined],
    ["b", ["ci-begin", "a"], undefined],
    [
      "ci-end",
      [
        { step: "a", allow_failure: true },
        { step: "b", allow_failure: true },
      ],
      group,
    ],
  ]);
});

test("shellcheck finds nothing in the scripts around commands", () => {
  const all = rendered(`${skippable}${services.replace("jobs.a", "jobs.f")}`, true);
  const steps = [0, 1].flatMap((at) => stepsOf(all, at));
  for (const step of steps) {
    if (step["command"] === undefined) continue;
    const input = `#!/bin/sh\n${commandOf(step)}`;
    const { stdout } = spawnSync("shellcheck", ["-S", "warning", "-"], { input, encoding: "utf8" });
    expect(stdout).toBe("");
  }
});

test("what Buildkite has not is refused with what to write", () => {
  expect(
    problemsOf(`[triggers.pull_request]
types = ["closed"]
[runners.r]
github = { runs-on = "x" }
[caches.c]
paths = ["**/node_modules"]
key_parts = ["**/lock"]
backend = "minio"
[jobs.a]
runner = "r"
caches = ["c"]
artifacts = [{ name = "x", paths = ["a;b"] }]
concurrency = { group = "{{ event }}" }
max_parallel = 2
steps = [
  { uses = "circleci:node/install@5" },
  { uses = "buildkite:mise", continue_on_error = true, with = { a = { secret = "S" } } },
]
[jobs.b]
approval = true
if = "actor == 'a'"
`),
  ).toEqual([
    [
      "BUILDKITE_RUNNER",
      "r says nothing of the agents of Buildkite",
      'write buildkite = { agents = { queue = "default" } } at runners.r',
    ],
    ["BUILDKITE_CACHE", "c is kept by minio", "write native, s3, gcs, azure, or use its plugin"],
    [
      "BUILDKITE_CACHE",
      "**/node_modules of c goes through folders",
      "write the folders themselves",
    ],
    ["BUILDKITE_CACHE", "**/lock of c is no one file", "write the files themselves"],
    [
      "BUILDKITE_PULL_REQUEST",
      "closed is not to be told from other things",
      "leave types out; what starts a build is in the settings of the pipeline",
    ],
    [
      "BUILDKITE_CONCURRENCY",
      "the name of the group of a is known only when the job runs",
      "write texts, commit, branch, tag, base-branch, run-number or actor",
    ],
    ["BUILDKITE_CONCURRENCY", "a would be in two groups", "write concurrency or max_parallel"],
    [
      "BUILDKITE_STEP",
      "circleci:node/install@5 is none of Buildkite",
      "write what it does as run, or leave its job to the other provider",
    ],
    ["BUILDKITE_PLUGIN", "mise is of no version", "write mise#v1.0.0"],
    [
      "BUILDKITE_PLUGIN",
      "mise is for the whole job",
      "write if, env and timeout_minutes at the job",
    ],
    [
      "BUILDKITE_PLUGIN",
      "settings of mise are texts",
      "name a variable of the job, if the plugin takes one",
    ],
    ["BUILDKITE_ARTIFACT", "a;b of x has a semicolon", "write ? for it"],
    [
      "BUILDKITE_APPROVAL",
      "the condition of b is known only later",
      "ask for branch, tag, event or a setting, or write the condition at the jobs after it",
    ],
  ]);
});

test("what the settings of Buildkite decide is told", () => {
  expect(
    problemsOf(`[services.db]
image = "postgres:16"
ports = [5432]
[jobs.a]
if = "!success() || cancelled()"
services = ["db"]
permissions = { contents = "write" }
concurrency = { group = "x", cancel_in_progress = true }
artifacts = [{ name = "x", paths = ["a"], retention_days = 5 }]
steps = [{ run = "a" }]
`).map(([code, message]) => [code, message]),
  ).toEqual([
    ["BUILDKITE_CANCELLED", "cancelled() never holds for a"],
    ["BUILDKITE_PERMISSIONS", "write access to contents is not given by the file"],
    ["BUILDKITE_CANCEL", "the file cannot say that a stops an earlier build"],
    ["BUILDKITE_RETENTION", "x is kept for longer or shorter than 5 days"],
    ["BUILDKITE_PORT", "db gets any free port of the agent on which a runs"],
  ]);
});

test("what a newer core says and this plugin does not know is no guard left out", () => {
  const graph = graphOf(`[jobs.a]
if = "branch == 'main'"
artifacts = [{ name = "x", paths = ["a"], when = "always" }]
steps = [{ run = "true", if = "tag matches 'v*' || always()" }]
`);
  const isKnown = new Set<unknown>(["graph", "slipway.pipelines.v1.Graph"]);
  const request = () =>
    renderBuildkite(
      create(GenerateRequestSchema, { graph, outputs: [{ path: "p.yml", workflows: ["ci"] }] }),
    );
  expect(request().fragments).toHaveLength(1);
  const enums = ["operator", "when", "status", "fact", "mode"];
  const tried: string[] = [];
  const silent: string[] = [];
  const change = (of: object, key: string, to: unknown, name: string): void => {
    const before: unknown = Reflect.get(of, key);
    Reflect.set(of, key, to);
    tried.push(name);
    try {
      request();
      silent.push(name);
    } catch (error) {
      if (!/does not know .*: it is older than the graph/.test(String(error))) silent.push(name);
    }
    Reflect.set(of, key, before);
  };
  const visit = (of: unknown): void => {
    if (typeof of !== "object" || of === null || isKnown.has(of)) return;
    isKnown.add(of);
    for (const [key, value] of Object.entries(of)) {
      visit(value);
      const name = "case" in of && key === "value" ? String(of.case) : key;
      if (typeof value === "number" && enums.includes(name)) change(of, key, 99, name);
      if (key === "case" && "value" in of) change(of, key, undefined, String(value));
    }
  };
  visit(graph.workflows[0]?.jobs[0]);
  expect(silent).toEqual([]);
  expect(new Set(tried)).toEqual(new Set([...enums, "any", "comparison", "run", "work"]));
});
