import { spawnSync } from "node:child_process";
import { create } from "@bufbuild/protobuf";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Condition, Graph } from "@slipway/pipeline-sdk/graph";
import { Diagnostic_Level, GenerateRequestSchema } from "@slipway/pipeline-sdk/protocol";
import type { GenerateResult, SkippingSchema } from "@slipway/pipeline-sdk/protocol";
import { planPipeline } from "@slipway/pipelines/plan";
import { holds } from "@slipway/pipelines/simulate";
import type { Scenario } from "@slipway/pipelines/simulate";
import { renderCircleci } from "@slipway/provider-circleci";
import fc from "fast-check";
import { expect, test } from "vitest";
import { awkwardTexts, conditionText } from "./random-pipeline.ts";
import { readCircleci, unescaped } from "./read-circleci.ts";
import type { CircleciConfig } from "./read-circleci.ts";
import { machine } from "./run-circleci.ts";
import type { Ended, Given } from "./run-circleci.ts";

const head = 'triggers = { push = {} }\nversion = "0.2"\n[project]\nname = "fleet"\n';

function graphOf(text: string): Graph {
  const planned = planPipeline({ file: "cig.toml", text: `${head}${text}` }, { facts: {} });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  return planned.value.resolved.graph;
}

function rendered(
  graph: Graph,
  skipping?: MessageInitShape<typeof SkippingSchema>,
): GenerateResult {
  const outputs = [{ path: "config.yml", secondPath: "jobs.yml", workflows: ["ci"] }];
  return renderCircleci(
    create(GenerateRequestSchema, {
      graph,
      outputs,
      ...(skipping === undefined ? {} : { skipping }),
    }),
  );
}

function configOf(graph: Graph): CircleciConfig {
  const { fragments, diagnostics } = rendered(graph);
  expect(diagnostics.filter(({ level }) => level === Diagnostic_Level.ERROR)).toEqual([]);
  return readCircleci(fragments[0]?.content ?? "");
}

/** The jobs of a file in their order, on one machine. */
function runAll(text: string, given: Given = {}): Readonly<Record<string, Ended>> {
  using rig = machine();
  const graph = graphOf(text);
  const config = configOf(graph);
  const ids = graph.workflows.flatMap(({ jobs }) => jobs.map(({ id }) => id));
  return Object.fromEntries(ids.map((id) => [id, rig.run(config, id, given)]));
}

function said(name: string): string {
  return `echo ${name} >>"$LOG"`;
}

test("after a failure those steps run that ask for it, and the job fails", () => {
  const { a: ended } = runAll(`[jobs.a]
steps = [
  { run = '${said("one")}' },
  { run = 'exit 3', continue_on_error = true },
  { run = '${said("two")}; exit 4' },
  { run = '${said("three")}' },
  { run = '${said("four")}', if = "always()" },
  { run = '${said("five")}', if = "failure()" },
  { run = '${said("six")}', if = "!failure()" },
  { run = '${said("seven")}', if = "(success() && tag == 'v1') || (failure() && tag == '')" },
]
`);
  expect(ended?.result).toBe("failed");
  expect(ended?.log).toEqual(["one", "two", "four", "five", "seven"]);
});

test("of a job that may fail the steps go on as after a failure, and it ends well", () => {
  const { a: ended } = runAll(`[jobs.a]
continue_on_error = true
steps = [
  { run = '${said("one")}' },
  { run = '${said("two")}; exit 4' },
  { run = '${said("three")}' },
  { run = '${said("four")}', if = "always()" },
  { run = '${said("five")}', if = "failure()" },
  { run = '${said("six")}', if = "tag == ''" },
]
`);
  expect(ended?.result).toBe("success");
  expect(ended?.log).toEqual(["one", "two", "four", "five"]);
});

test("a job that may fail ends well when its time is over and when nobody kept what it fetches", () => {
  const { c: late, d: without } = runAll(`[jobs.c]
continue_on_error = true
timeout_minutes = 1
steps = [
  { run = 'echo 0 >"$HOME/slipway/deadline"' },
  { run = '${said("never")}' },
  { run = 'true', if = "failure()" },
]
[jobs.b]
steps = [{ run = "true" }]
artifacts = [{ name = "x", paths = ["a"], when = "failure" }]
[jobs.d]
needs = ["b"]
continue_on_error = true
uses_artifacts = [{ name = "x" }]
steps = [{ run = '${said("one")}' }, { run = '${said("two")}', if = "always()" }]
`);
  expect(late?.result).toBe("success");
  expect(late?.output).toContain("the time of the job is over");
  expect(late?.log.filter((line) => line === "never")).toEqual([]);
  expect(without?.result).toBe("success");
  expect(without?.output).toContain("no job has kept it");
  expect(without?.log).toEqual(["two"]);
});

test("values of every kind reach the commands, those of a step over those of its job", () => {
  const text = `[jobs.first]
steps = [{ id = "s", run = '''
echo "version=1 2" >>"$GITHUB_OUTPUT"
printf 'text<<END\\n%s\\nEND\\n' "two
lines" >>"$GITHUB_OUTPUT"''' }]
outputs = { version = "s.version", text = "s.text" }
[jobs.second]
needs = ["first"]
env = { A = "a", B = { secret = "TOKEN" }, C = "{{ branch }}-{{ commit }}", D = { output = "first.version" }, E = { output = "first.text" } }
steps = [
  { run = '''printf '%s|' "$A" "$B" "$C" "$D" "$E" >>"$LOG"; echo >>"$LOG"''' },
  { run = '''echo "$A $B $C" >>"$LOG"; bash -c 'echo "$A $B" >>"$LOG"' ''', env = { A = { fact = "run-number" }, B = "own" } },
  { run = '''export B=mine; bash -c 'echo "$B" >>"$LOG"' ''' },
]
`;
  const env = { TOKEN: "it's $x", CIRCLE_BRANCH: "main", CIRCLE_SHA1: "abc" };
  const { second } = runAll(text, { env, values: { "pipeline.number": "7" } });
  expect(second?.log).toEqual([
    "a|it's $x|main-abc|1 2|two",
    "lines|",
    "7 own main-abc",
    "7 own",
    "mine",
  ]);
});

test.each(awkwardTexts.filter((text) => !/\{\{\s*\./.test(text)))(
  "the value %j of a job, of a step and of a secret is what a command sees",
  (value) => {
    const quoted = JSON.stringify(value);
    const { a: ended } = runAll(
      `[jobs.a]
env = { X = ${quoted}, Y = { secret = "SECRET" } }
steps = [{ run = '''printf '%s\n' "$X|$Y|$Z" >"$LOG"''', env = { Z = ${quoted} }, if = "tag == ''" }]
`,
      { env: { SECRET: value } },
    );
    expect(ended?.log.join("\n")).toBe(`${value}|${value}|${value}`);
  },
);

test("artifacts are fetched where another job wants them, and one that is missing fails its job", () => {
  const { take: taken, zero: missing } = runAll(
    `[jobs.make]
steps = [{ run = "mkdir -p 'out/a b'; echo 1 >'out/a b/1.txt'; echo 2 >out/2.txt; echo 3 >out/3.log" }]
artifacts = [{ name = "made of *", paths = ["out/**/*.txt", "gone/*"] }]
[jobs.take]
needs = ["make"]
uses_artifacts = [{ name = "made of *", path = "in" }]
steps = [{ run = '(cd in; find . -type f | sort) >>"$LOG"' }]
[jobs.zero]
steps = [{ run = "true" }]
artifacts = [{ name = "none", paths = ["gone/*"] }, { name = "other", paths = ["gone"], may_be_missing = true }]
`,
  );
  expect(taken?.log).toEqual(["./out/2.txt", "./out/a b/1.txt"]);
  expect(missing?.result).toBe("failed");
  expect(missing?.output).toContain("no file fits gone/*");
});

test("limits of steps and jobs, folders and other shells", () => {
  const { a: ended } = runAll(`[jobs.a]
timeout_minutes = 10
working_directory = "web"
steps = [
  { run = 'pwd | sed "s,.*/project,," >>"$LOG"' },
  { run = '${said("two")}', timeout_minutes = 2, working_directory = "other" },
  { run = "three\\n", shell = '''sh -c 'cat "$0" >>"$LOG"' {0}''' },
]
`);
  expect(ended?.log.map((line) => line.replace(/limit (?:59\d|600)/, "limit of the job"))).toEqual([
    "limit of the job",
    "/web",
    "limit 120",
    "two",
    "limit of the job",
    "three",
  ]);
});

const scenario = fc.record({
  event: fc.constantFrom("push", "pull-request", "merge-queue", "schedule", "manual", "tag"),
  branch: fc.constantFrom("main", "release/1", "feature/a/b", "dev"),
  actor: fc.constantFrom("ann", "bob"),
  settings: fc.record({
    FAST: fc.constantFrom("1", "0", ""),
    SKIP: fc.constantFrom("false", "1", ""),
  }),
});

type Chosen = typeof scenario extends fc.Arbitrary<infer Of> ? Of : never;

function inGraph({ event, branch, actor, settings }: Chosen): Scenario {
  return {
    event: event === "tag" ? "push" : event,
    branch,
    tag: event === "tag" ? "v1" : undefined,
    baseBranch: "main",
    headBranch: branch,
    action: "synchronize",
    cron: undefined,
    actor,
    commit: "abc",
    runNumber: "7",
    inputs: {},
    settings,
    outputs: {},
  };
}

const sources: Readonly<Record<string, string>> = { schedule: "scheduled_pipeline", manual: "api" };

function onCircleci({ event, branch, actor, settings }: Chosen): Given {
  return {
    env: {
      CIRCLE_SHA1: "abc",
      CIRCLE_USERNAME: actor,
      ...settings,
      ...(event === "tag" ? { CIRCLE_TAG: "v1" } : {}),
      ...(event === "merge-queue" ? { CIRCLE_BRANCH: "gh-readonly-queue/main/pr-1" } : {}),
      ...(event === "tag" || event === "merge-queue" ? {} : { CIRCLE_BRANCH: branch }),
      ...(event === "pull-request" ? { CIRCLE_PULL_REQUEST: "https://example.com/1" } : {}),
    },
    values: { "pipeline.trigger_source": sources[event] ?? "webhook", "pipeline.number": "7" },
  };
}

function expectedOf(
  condition: Condition | undefined,
  chosen: Chosen,
  hasFailed: boolean,
): boolean | undefined {
  const before = { hasFailed, wasCancelled: false, isEnding: false };
  return holds(condition, { scenario: inGraph(chosen), before, env: {}, steps: {} });
}

test("a job and a step run where their conditions hold, whatever started the pipeline", () => {
  fc.assert(
    fc.property(
      conditionText({}, "job"),
      conditionText({}, "step"),
      fc.boolean(),
      fc.boolean(),
      scenario,
      (ofJob, ofStep, fails, mayFail, chosen) => {
        const graph = graphOf(`[jobs.a]
if = ${JSON.stringify(ofJob)}
continue_on_error = ${mayFail}
steps = [{ run = "${fails ? "exit 1" : "true"}" }, { run = '${said("ran")}', if = ${JSON.stringify(ofStep)} }]
`);
        const [job] = graph.workflows[0]?.jobs ?? [];
        const steps = job?.kind.case === "work" ? job.kind.value.steps : [];
        const isRun = expectedOf(job?.condition, chosen, false) === true;
        const isStepRun = isRun && expectedOf(steps[1]?.condition, chosen, fails) === true;
        const { diagnostics } = rendered(graph);
        fc.pre(diagnostics.every(({ code }) => code !== "CIRCLECI_CANCELLED"));
        using rig = machine();
        const ended = rig.run(configOf(graph), "a", onCircleci(chosen));
        expect({ isHalted: ended.isHalted, log: ended.log, result: ended.result }).toEqual({
          isHalted: !isRun,
          log: isStepRun ? ["ran"] : [],
          result: isRun && fails && !mayFail ? "failed" : "success",
        });
      },
    ),
    { numRuns: 60 },
  );
});

const two = `[jobs.a]
steps = [{ run = "make" }]
[jobs.b]
needs = ["a"]
environment = "live"
steps = [{ run = "deploy" }]
[environments.live]
`;

const answers = {
  decided: `shift; echo "$@" >>"$LOG"; echo decided`,
  refused: "echo refused",
  "not decided": "exit 3",
  nothing: "true",
} as const;

test.each([
  ["decided", ["limit 300", "--event push --workflow ci --file configuration.yml", "decided"]],
  ["refused", ["limit 300", "refused", "all jobs"]],
  ["not decided", ["limit 300", "all jobs"]],
  ["nothing", ["limit 300", "all jobs"]],
] as const)(
  "where the answer is %s, the pipeline goes on with that or with all jobs",
  (answer, expected) => {
    const result = rendered(graphOf(two), {
      install: "echo installed",
      decide: `sh -c '${answers[answer]}' sh`,
      timeoutMinutes: 5,
    });
    expect(result.fragments.map((fragment) => fragment.path)).toEqual(["config.yml", "jobs.yml"]);
    using rig = machine();
    const ended = rig.run(readCircleci(result.fragments[0]?.content ?? ""), "signatures", {
      files: { "jobs.yml": "all jobs\n" },
      values: { "pipeline.trigger_source": "webhook" },
    });
    expect(ended.result).toBe("success");
    expect(ended.log.map((line) => line.replace(/\S*\/(?=configuration.yml)/, ""))).toEqual(
      expected.map((line) => line.replace(/^--event/, "circleci --event")),
    );
  },
);

test("only jobs that may be left out put their success on record, for their own branch, and no failure of that is one of theirs", () => {
  const result = rendered(graphOf(two), {
    install: "echo installed",
    decide: "slipway decide",
    record: `sh -c 'echo "$@" >>"$LOG"; exit 1' sh`,
    folder: ".slipway/records",
  });
  const config = readCircleci(result.fragments[1]?.content ?? "");
  using rig = machine();
  expect(JSON.stringify(config.jobs["b"])).not.toContain("echo installed");
  const saved = config.jobs["a"]?.steps.flatMap((step) =>
    typeof step === "object" && "save_cache" in step ? [step.save_cache] : [],
  );
  expect(saved).toEqual([
    {
      name: "keep records",
      key: "slipway-records:a:{{ .Branch }}:{{ epoch }}",
      paths: [".slipway/records"],
    },
  ]);
  const job = config.jobs["a"];
  if (job === undefined) throw new Error("there is no job a");
  const runWith = (command: string): Ended => {
    const steps = job.steps.map((step) =>
      JSON.stringify(step) === '{"run":{"command":"make"}}' ? { run: { command } } : step,
    );
    return rig.run({ ...config, jobs: { a: { ...job, steps } } }, "a", { files: { file: "1" } });
  };
  const commit = `git init -q && git add file
git -c user.name=a -c user.email=a@example.com commit -q -m one
echo "export CIRCLE_SHA1=$(git rev-parse HEAD)" >>"$BASH_ENV"`;
  const ended = runWith(`${commit}\necho 2 >other`);
  expect(ended.result).toBe("success");
  expect(ended.log).toEqual(["--provider circleci --workflow ci --job a"]);
  const another = "git -c user.name=a -c user.email=a@example.com commit -q --allow-empty -m two";
  for (const change of ["echo 2 >file", another]) {
    const changed = runWith(`${commit}\n${change}`);
    expect(changed.result).toBe("success");
    expect(changed.output).toContain("the success is not put on record");
    expect(changed.log).toEqual([]);
  }
});

test("a job with parallelism puts no success on record, for none of its runs knows of the others", () => {
  const text = two.replace(
    "[jobs.b]",
    `[jobs.c]\nparallelism = 2\nsteps = [{ run = "make" }]\n[jobs.b]`,
  );
  const { fragments } = rendered(graphOf(text), { record: "slipway record", folder: "records" });
  const recorded = Object.entries(readCircleci(fragments[1]?.content ?? "").jobs)
    .filter(([, { steps }]) => JSON.stringify(steps).includes("slipway record"))
    .map(([id]) => id);
  expect(recorded).toEqual(["a"]);
  expect(fragments[0]?.content).not.toContain("slipway-records:c:");
});

test("shellcheck finds nothing in the scripts that stand around commands", () => {
  const graph = graphOf(`${two}[jobs.c]
image = "debian:12"
needs = ["a"]
if = "branch == 'main' && setting.FAST"
timeout_minutes = 9
services = ["db"]
env = { X = { secret = "S" }, Y = "{{ branch }}" }
steps = [
  { id = "s", run = "true", if = "always() && event == 'push'", timeout_minutes = 3 },
  { run = "true", continue_on_error = true, env = { Z = { step = "s.v" } } },
]
outputs = { v = "s.v" }
artifacts = [{ name = "x", paths = ["a/*"], when = "always" }]
test_reports = ["r/*.xml"]
[jobs.d]
needs = ["c"]
continue_on_error = true
services = ["db"]
uses_artifacts = [{ name = "x", path = "in" }]
steps = [{ run = "true", shell = "zsh", if = "failure()" }]
[services.db]
image = "postgres:16"
ports = [5432]
health = { command = "pg_isready" }
`);
  const skipping = {
    install: "true",
    decide: "true",
    record: "true",
    folder: "f",
    timeoutMinutes: 5,
  };
  const scripts = rendered(graph, skipping).fragments.flatMap(({ content }) =>
    Object.values(readCircleci(content).jobs).flatMap(({ steps }) =>
      steps.flatMap((step) => (typeof step === "object" && "run" in step ? [step.run] : [])),
    ),
  );
  const texts = scripts.map(({ command }) => unescaped(command));
  expect(texts.length).toBeGreaterThan(15);
  // SC2086: patterns are to be expanded. SC2034: one script has all facts. SC2043: of one port. SC2016: another shell expands it.
  const options = ["--shell=bash", "--exclude=SC2086,SC2034,SC2043,SC2016", "-"];
  const told = texts.flatMap((input) => {
    const { stdout, status } = spawnSync("shellcheck", options, { input, encoding: "utf8" });
    return status === 0 ? [] : [`${input}\n${stdout}`];
  });
  expect(told).toEqual([]);
});
