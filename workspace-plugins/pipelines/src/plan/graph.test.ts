import { toJson } from "@bufbuild/protobuf";
import { ConditionSchema, GraphSchema, ValueSchema } from "@slipway/pipeline-sdk/graph";
import type { Graph, Job } from "@slipway/pipeline-sdk/graph";
import { expect, test } from "vitest";
import { parsePipeline } from "../definition/parse-pipeline.ts";
import { settleExchanges } from "./exchanges.ts";
import { resolvePipeline } from "./graph.ts";
import type { Known, ResolvedPipeline } from "./graph.ts";
import type { PlanProblem } from "./scope.ts";

const head = 'version = "0.2"\n[project]\nname = "fleet"\n';

function resolved(text: string, known: Known = { facts: {} }): ResolvedPipeline {
  const parsed = parsePipeline("cig.toml", `${head}${text}`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  const { graph, uses, problems } = resolvePipeline(parsed.value, known);
  const more: PlanProblem[] = [];
  settleExchanges(graph, (problem) => void more.push(problem));
  return { graph, uses, problems: [...problems, ...more] };
}

function jobsOf({ graph }: { readonly graph: Graph }): readonly Job[] {
  return graph.workflows.flatMap(({ jobs }) => jobs);
}

/** `id: need, need`, in the order of the graph. */
function linesOf(text: string): readonly string[] {
  const found = resolved(text);
  expect(found.problems).toEqual([]);
  return jobsOf(found).map(({ id, needs }) => `${id}: ${needs.join(", ")}`);
}

function problemsOf(text: string, known?: Known): readonly string[] {
  return resolved(text, known).problems.map(
    ({ path, message, hint }) =>
      `${path.join(".")}: ${message}${hint === undefined ? "" : ` | ${hint}`}`,
  );
}

/** What a shell runs, of each job. */
function commandsOf(found: ResolvedPipeline): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    jobsOf(found).map(({ id, kind }) => [
      id,
      kind.case === "work"
        ? kind.value.steps.map((step) =>
            step.kind.case === "run" ? step.kind.value.command : `(${step.kind.case ?? "none"})`,
          )
        : [],
    ]),
  );
}

const steps = 'steps = [{ run = "true" }]';

function comparison(fact: string, operator: string, right: string) {
  return {
    comparison: { left: { fact: `FACT_${fact}` }, operator: `OPERATOR_${operator}`, right },
  };
}

test("jobs come after what they need, ties by id, and a need of a job with a matrix is of all its jobs", () => {
  expect(
    linesOf(`[jobs.deploy]
needs = ["test", "build[arch=arm64]"]
${steps}
[jobs.test]
needs = ["build"]
matrix = { ruby = ["3.2", 3.3], arch = ["amd64"] }
${steps}
[jobs.build]
matrix = { arch = ["arm64", "amd64"] }
${steps}
[jobs.aside]
${steps}
`),
  ).toEqual([
    "aside: ",
    "build-amd64: ",
    "build-arm64: ",
    "test-amd64-ruby3_2: build-amd64, build-arm64",
    "test-amd64-ruby3_3: build-amd64, build-arm64",
    "deploy: build-arm64, test-amd64-ruby3_2, test-amd64-ruby3_3",
  ]);
});

test("a need is of the job with the same values, where it says so", () => {
  expect(
    linesOf(`[jobs.build]
matrix = { arch = ["arm64", "amd64"] }
${steps}
[jobs.test]
needs = ["build[arch={{ matrix.arch }}]"]
matrix = { arch = ["arm64", "amd64"] }
${steps}
`),
  ).toEqual([
    "build-amd64: ",
    "build-arm64: ",
    "test-amd64: build-amd64",
    "test-arm64: build-arm64",
  ]);
});

test("rows of include add to what they fit or are jobs themselves, as GitHub's own documentation has it", () => {
  const found = resolved(`[jobs.x]
matrix = { fruit = ["apple", "pear"], animal = ["cat", "dog"], include = [
  { color = "green" },
  { color = "pink", animal = "cat" },
  { fruit = "apple", shape = "circle" },
  { fruit = "banana" },
  { fruit = "banana", animal = "cat" },
] }
${steps}
`);
  const rows = jobsOf(found).map(({ matrix }) =>
    matrix.map(({ dimension, value }) => `${dimension}=${value}`).join(" "),
  );
  expect(rows.toSorted()).toEqual(
    [
      "animal=cat color=pink fruit=apple shape=circle",
      "animal=cat color=pink fruit=pear",
      "animal=dog color=green fruit=apple shape=circle",
      "animal=dog color=green fruit=pear",
      "fruit=banana",
      "animal=cat fruit=banana",
    ].toSorted(),
  );
});

test("rows stand for themselves, exclude takes out, and ids that would be one have a digest behind them", () => {
  expect(
    linesOf(`[jobs.a]
matrix = { rows = [{ x = "1.0" }, { x = "1_0" }] }
${steps}
[jobs.b]
matrix = { x = [1, 2], y = [1, 2], exclude = [{ x = 1, y = 2 }, { x = 2 }] }
${steps}
`),
  ).toEqual(["a-x1_0-19e1032c: ", "a-x1_0-9e8845c9: ", "b-x1-y1: "]);
});

test("jobs whose names would be one id, in whatever case, keep apart", () => {
  const lines = linesOf(`[jobs.1a]
${steps}
[jobs._1a]
${steps}
[jobs.Test]
${steps}
[jobs.test]
${steps}
`);
  expect(lines.map((line) => line.replace(/-[0-9a-f]{8}: $/, ""))).toEqual([
    "Test",
    "_1a",
    "_1a",
    "test",
  ]);
  expect(new Set(lines).size).toBe(4);
});

test("jobs of a stage need those of the stages before it, in their workflow", () => {
  expect(
    linesOf(`[workflows.ci]
stages = [{ name = "build" }, { name = "test", needs = ["build"] }]
[jobs.t]
stage = "test"
${steps}
[jobs.b1]
stage = "build"
${steps}
[jobs.b2]
stage = "build"
${steps}
`),
  ).toEqual(["b1: ", "b2: ", "t: b1, b2"]);
});

test("templates are put in; braces of others, and braces in quotes, stay", () => {
  const found = resolved(
    `[variables]
V = "1"
[jobs.a]
matrix = { ruby = ["3.2"] }
steps = [
  { run = "echo {{ V }} {{variables.V}} {{ matrix.ruby }} {{ node }}" },
  { run = "docker ps --format '{{ .Names }}' \${{ github.sha }} << x >> {{ \\"{{ V }}\\" }} {{}} $V" },
]
`,
    { facts: { node: "26" } },
  );
  expect(found.problems).toEqual([]);
  expect(commandsOf(found)["a-ruby3_2"]).toEqual([
    "echo 1 1 3.2 26",
    "docker ps --format '{{ .Names }}' ${{ github.sha }} << x >> {{ V }} {{}} $V",
  ]);
});

test("a name that there is not is told with the nearest one; without facts it waits for them", () => {
  const text = `[variables]
NODE_VERSION = "26"
[jobs.a]
steps = [{ run = "echo {{ NODE_VERSOIN }} {{ matrix.os }} {{ far.away }}" }]
`;
  expect(problemsOf(text)).toEqual([
    "jobs.a.steps.0.run: nothing is named NODE_VERSOIN | did you mean {{ NODE_VERSION }}?",
    'jobs.a.steps.0.run: nothing is named matrix.os | write {{ "{{ matrix.os }}" }} for the text itself',
    'jobs.a.steps.0.run: nothing is named far.away | write {{ "{{ far.away }}" }} for the text itself',
  ]);
  expect(problemsOf(text, { facts: undefined })).toHaveLength(2);
});

test("a command stands for its steps, with its parameters, and what is said where it is used", () => {
  const found = resolved(`[commands.test]
parameters = { suite = {}, flags = { default = "-q" } }
steps = [{ run = "rspec {{ parameters.suite }} {{ parameters.flags }}" }, { uses = "report" }]
[commands.report]
steps = [{ run = "report", if = "always()" }]
[jobs.a]
steps = [{ uses = "test", with = { suite = "unit" }, if = "branch == 'main'", env = { A = "1" } }]
`);
  expect(found.problems).toEqual([]);
  expect(commandsOf(found)).toEqual({ a: ["rspec unit -q", "report"] });
  expect(toJson(GraphSchema, found.graph)).toMatchObject({
    workflows: [
      {
        jobs: [
          {
            work: {
              steps: [
                { origin: "test", env: [{ name: "A", value: { literal: "1" } }] },
                {
                  origin: "report",
                  condition: {
                    all: {
                      of: [
                        { comparison: { left: { fact: "FACT_BRANCH" }, right: "main" } },
                        { status: "STATUS_ALWAYS" },
                      ],
                    },
                  },
                },
              ],
            },
          },
        ],
      },
    ],
  });
});

test("commands that are of themselves, parameters that there are not, and steps of nothing are told", () => {
  expect(
    problemsOf(`[commands.a]
steps = [{ uses = "b" }]
[commands.b]
parameters = { must = {} }
steps = [{ uses = "a" }]
[jobs.x]
steps = [{ uses = "a" }, { uses = "b", with = { mist = 1 } }, { uses = "c" }]
`),
  ).toEqual([
    "commands.a.steps.0: b has to be given must",
    "commands.b.steps.0.uses: a command is of itself: a -> b -> a",
    "jobs.x.steps.1.with.mist: b has no parameter mist | did you mean must?",
    "jobs.x.steps.1: b has to be given must",
    "commands.a.steps.0.uses: a command is of itself: b -> a -> b",
    "jobs.x.steps.2.uses: there is no command c | a module is written namespace/name@constraint, and where it comes from stands under [plugins]; a step of GitHub alone is github:owner/name@ref",
  ]);
});

test("modules and packages are asked for by number, with their inputs", () => {
  const found = resolved(
    `[jobs.a]
packages = ["ruby", { name = "node", version = "26" }]
steps = [{ uses = "docker/build@~1.2", with = { push = false, tag = "v{{ n }}" } }]
`,
    { facts: { n: "1" } },
  );
  expect(found.problems).toEqual([]);
  const literal = (value: string): object => ({ kind: { case: "literal", value } });
  expect(found.uses).toEqual([
    {
      job: "a",
      given: {},
      number: 1,
      module: "lang/ruby",
      constraint: undefined,
      inputs: {},
      isPackage: true,
      path: ["jobs", "a", "packages", 0],
    },
    {
      job: "a",
      given: { version: "26" },
      number: 2,
      module: "lang/node",
      constraint: undefined,
      inputs: { version: literal("26") },
      isPackage: true,
      path: ["jobs", "a", "packages", 1],
    },
    {
      job: "a",
      given: { push: false, tag: "v{{ n }}" },
      number: 3,
      module: "docker/build",
      constraint: "~1.2",
      inputs: { push: literal("false"), tag: literal("v1") },
      isPackage: false,
      path: ["jobs", "a", "steps", 0, "uses"],
    },
  ]);
  expect(commandsOf(found)).toEqual({ a: ["(module)", "(module)", "(module)"] });
});

test.each([
  ["matrix.os == 'linux'", undefined],
  ["matrix.os != 'linux'", { literal: false }],
  [
    "matrix.os == 'mac' || branch == 'main'",
    { comparison: { left: { fact: "FACT_BRANCH" }, operator: "OPERATOR_EQUAL", right: "main" } },
  ],
  ["variables.V && !failure()", { not: { status: "STATUS_FAILURE" } }],
  [
    'tag matches "v*"',
    { comparison: { left: { fact: "FACT_TAG" }, operator: "OPERATOR_MATCHES", right: "v*" } },
  ],
])("of %s stays what only a run knows", (condition, expected) => {
  const found = resolved(`[variables]
V = "yes"
[jobs.a]
matrix = { os = ["linux"] }
if = ${JSON.stringify(condition)}
${steps}
`);
  expect(found.problems).toEqual([]);
  const [job] = jobsOf(found);
  const kept = job?.condition;
  expect(kept === undefined ? undefined : toJson(ConditionSchema, kept)).toEqual(expected);
});

test.each([
  [`branch != "{{ MAIN }}"`, { not: comparison("BRANCH", "EQUAL", "trunk") }],
  [`tag matches "{{ MAIN }}-*"`, comparison("TAG", "MATCHES", "trunk-*")],
  [`branch == "{{ matrix.os }}-{{ node }}"`, comparison("BRANCH", "EQUAL", "linux-26")],
  [`variables.MAIN == "{{ MAIN }}"`, undefined],
  [`matrix.os == "{{ node }}"`, { literal: false }],
])("in %s the text that is compared with has its templates put in", (condition, expected) => {
  const text = `[variables]
MAIN = "trunk"
[jobs.a]
matrix = { os = ["linux"] }
if = '${condition}'
${steps}
`;
  const found = resolved(text, { facts: { node: "26" } });
  expect(found.problems).toEqual([]);
  const [job] = jobsOf(found);
  const kept = job?.condition;
  expect(kept === undefined ? undefined : toJson(ConditionSchema, kept)).toEqual(expected);
});

test("a condition waits for facts that nobody asked for, and is told of names that only a run knows", () => {
  const ifs = (condition: string) => `[jobs.a]
matrix = { os = ["linux"] }
if = '${condition}'
${steps}
`;
  const [job] = jobsOf(resolved(ifs(`matrix.os != "{{ node }}"`), { facts: undefined }));
  const kept = job?.condition;
  expect(kept === undefined ? undefined : toJson(ConditionSchema, kept)).toEqual({
    not: {
      comparison: { left: { literal: "linux" }, operator: "OPERATOR_EQUAL", right: "{{ node }}" },
    },
  });
  expect(problemsOf(ifs(`branch == "{{ base-branch }}"`))).toEqual([
    'jobs.a.if: base-branch is known only when the job runs | give it as env = { NAME = { fact = "base-branch" } } and write $NAME',
  ]);
});

test("a variable with a name in it is put into the environment, and told where it is put into a text", () => {
  const text = `[variables]
B = "1"
A = "{{ B }}"
C = "x:{{ commit }}"
Q = '{{ "{{ q }}" }}'
[jobs.a]
image = "{{ C }}"
if = 'variables.A == "1"'
steps = [{ run = "echo {{ A }} {{ variables.Q }}" }]
`;
  const hint = (name: string) =>
    `write its text here instead of {{ ${name} }}, or $${name} where a shell runs`;
  const of = (name: string, inner: string) =>
    `the variable ${name} has {{ ${inner} }} in it, which is not put into a text | ${hint(name)}`;
  expect(problemsOf(text).toSorted()).toEqual([
    `jobs.a.if: ${of("A", "B")}`,
    `jobs.a.image: ${of("C", "commit")}`,
    `jobs.a.steps.0.run: ${of("A", "B")}`,
  ]);
  const found = resolved(text);
  expect(commandsOf(found)).toEqual({ a: ["echo  {{ q }}"] });
  const env = found.graph.workflows[0]?.env ?? [];
  expect(env.find(({ name }) => name === "A")?.value?.kind).toEqual({
    case: "literal",
    value: "1",
  });
});

test("the order of keys in the file changes nothing", () => {
  const first = `[variables]
B = "2"
A = "1"
[jobs.b]
env = { Y = "1", X = { secret = "S" } }
matrix = { y = [1, 2], x = [1] }
${steps}
[jobs.a]
${steps}
[services.db]
image = "postgres:16"
ports = [5432, "80:8080"]
[caches.c]
paths = ["x"]
key_parts = ["a.lock", "v:1", "platform"]
`;
  const second = `[caches.c]
key_parts = ["a.lock", "v:1", "platform"]
paths = ["x"]
[services.db]
ports = [5432, "80:8080"]
image = "postgres:16"
[jobs.a]
${steps}
[jobs.b]
matrix = { x = [1], y = [1, 2] }
${steps}
env = { X = { secret = "S" }, Y = "1" }
[variables]
A = "1"
B = "2"
`;
  const [one, other] = [first, second].map((text) => toJson(GraphSchema, resolved(text).graph));
  expect(other).toEqual(one);
  expect(JSON.stringify(other)).toBe(JSON.stringify(one));
});

test("what deploys, and what only a person or a clock starts, is never left out for its signature", () => {
  const found = resolved(`[workflows.night]
triggers = { schedule = [{ cron = "0 3 * * MON-FRI" }] }
[environments.live]
[jobs.a]
${steps}
[jobs.deploy]
environment = "live"
${steps}
[jobs.forced]
environment = "live"
skip = "allowed"
${steps}
[jobs.night]
workflow = "night"
${steps}
[jobs.ask]
approval = "Deploy?"
`);
  expect(found.problems).toEqual([]);
  const modes = jobsOf(found).map(({ id, kind }) =>
    kind.case === "work" ? `${id} ${kind.value.skip?.mode}` : `${id} ${kind.case}`,
  );
  expect(modes).toEqual(["a 1", "ask approval", "deploy 2", "forced 3", "night 2"]);
});

function valueNamed(text: string, job: string, name: string): unknown {
  const found = resolved(text);
  expect(found.problems).toEqual([]);
  const one = jobsOf(found).find(({ id }) => id === job);
  const env = one?.kind.case === "work" ? one.kind.value.env : [];
  const value = env.find((each) => each.name === name)?.value;
  return value === undefined ? undefined : toJson(ValueSchema, value);
}

test("a text with facts of the run is of several parts, and a command takes none of them", () => {
  const text = `[triggers]
manual = { inputs = { where = {} } }
[variables]
V = "1"
[jobs.a]
env = { GROUP = "r{{ V }}-{{ branch }}-{{ input.where }}" }
${steps}
`;
  expect(valueNamed(text, "a", "GROUP")).toEqual({
    joined: {
      of: [{ literal: "r1-" }, { fact: "FACT_BRANCH" }, { literal: "-" }, { input: "where" }],
    },
  });
  expect(problemsOf('[jobs.a]\nsteps = [{ run = "echo {{ head-branch }}" }]\n')).toEqual([
    'jobs.a.steps.0.run: head-branch is known only when the job runs | give it as env = { NAME = { fact = "head-branch" } } and write $NAME',
  ]);
});

test("branches and variables of skip_if are part of the condition of the job", () => {
  const found = resolved(`[jobs.a]
if = "tag == ''"
skip_if = { branch = ["docs/**", "gh-pages"], env = ["SKIP_TESTS"] }
${steps}
`);
  const [job] = jobsOf(found);
  const branch = { fact: "FACT_BRANCH" };
  const setting = { setting: "SKIP_TESTS" };
  const not = (left: unknown, operator: string, right?: string): unknown => ({
    not: { comparison: { left, operator, ...(right === undefined ? {} : { right }) } },
  });
  expect(job?.condition && toJson(ConditionSchema, job.condition)).toEqual({
    all: {
      of: [
        {
          comparison: { left: { fact: "FACT_TAG" }, operator: "OPERATOR_EQUAL" },
        },
        {
          all: {
            of: [
              not(branch, "OPERATOR_MATCHES", "docs/**"),
              not(branch, "OPERATOR_EQUAL", "gh-pages"),
              {
                not: {
                  all: {
                    of: [not(setting, "OPERATOR_EQUAL"), not(setting, "OPERATOR_EQUAL", "false")],
                  },
                },
              },
            ],
          },
        },
      ],
    },
  });
});

test("artifacts are of all jobs before that keep them, outputs of the one that is needed", () => {
  const text = `[jobs.build]
matrix = { arch = ["amd64", "arm64"] }
artifacts = [{ name = "bin", paths = ["dist/**"] }]
outputs = { version = "v.version" }
steps = [{ id = "v", run = "true" }]
[jobs.pack]
needs = ["build[arch=amd64]"]
uses_artifacts = [{ name = "bin", job = "build" }]
env = { VERSION = { output = "build.version" } }
${steps}
[jobs.all]
needs = ["build"]
steps = [{ download = { name = "bin" } }]
`;
  const found = resolved(text);
  expect(found.problems).toEqual([]);
  const uses = jobsOf(found).flatMap(({ kind }) =>
    kind.case === "work"
      ? [
          ...kind.value.usesArtifacts,
          ...kind.value.steps.flatMap((step) =>
            step.kind.case === "download" ? [step.kind.value] : [],
          ),
        ]
      : [],
  );
  expect(uses.map(({ jobs }) => jobs)).toEqual([["build-amd64", "build-arm64"], ["build-amd64"]]);
  expect(valueNamed(text, "pack", "VERSION")).toEqual({
    output: { job: "build-amd64", name: "version" },
  });
});

test("what a job asks of others and does not get is told with what to write", () => {
  expect(
    problemsOf(`[jobs.build]
matrix = { arch = ["amd64", "arm64"] }
artifacts = [{ name = "bin", paths = ["dist/**"] }]
outputs = { version = "versoin.x" }
steps = [{ id = "version", run = "true" }, { id = "version", run = "true" }]
[jobs.a]
uses_artifacts = [{ name = "bin" }, { name = "binary" }]
env = { A = { output = "build.version" } }
${steps}
[jobs.b]
needs = ["build", "later"]
env = { A = { output = "build.version" } }
${steps}
[jobs.later]
workflow = "nightly"
${steps}
`).filter((line, at, all) => all.indexOf(line) === at),
  ).toEqual([
    "jobs.b.needs.1: later is of the workflow nightly, and no job waits for one of another | put both into one workflow",
    "jobs.a.uses_artifacts.0: build-amd64 keeps bin, and does not end before | put build into needs",
    "jobs.a.uses_artifacts.1: no job of the workflow keeps an artifact binary",
    "jobs.a: output build.version: build is not needed | put build into needs",
    "jobs.build.steps: two steps have the id version",
    "jobs.build.outputs.version: no step of the job has the id versoin | did you mean version?",
    "jobs.b: output build.version is of several jobs: build-amd64, build-arm64 | name one of them, as build-amd64.version",
  ]);
});

test("commands of commands that become more steps than may be are told once; what objects have is no command", () => {
  const doubled = Array.from(
    { length: 40 },
    (_, at) => `[commands.c${at}]\nsteps = [{ uses = "c${at + 1}" }, { uses = "c${at + 1}" }]\n`,
  );
  const problems = problemsOf(
    `${doubled.join("")}[commands.c40]\nsteps = [{ run = "x" }]\n[jobs.x]\nsteps = [{ uses = "c0" }]\n`,
  );
  expect(problems).toEqual([
    expect.stringMatching(/^commands\.c\d+\.steps\.\d: with it there are more than 100000 steps$/),
  ]);
  expect(problemsOf('[jobs.x]\nsteps = [{ uses = "toString" }]\n')).toEqual([
    expect.stringContaining("jobs.x.steps.0.uses: there is no command toString"),
  ]);
});

test("an input or a step that there is not is told, and what a command stands for has no id of its own", () => {
  expect(
    problemsOf(`[triggers.manual.inputs.dry_run]
[workflows.ci]
env = { A = { step = "x.y" } }
[commands.deploy]
steps = [{ run = "make deploy" }]
[jobs.a]
if = "!input.dry_rnu"
env = { V = { step = "vresion.out" } }
steps = [{ id = "version", run = "true" }, { uses = "deploy", id = "d", timeout_minutes = 5 }]
`),
  ).toEqual([
    "jobs.a.steps.1.id: deploy may be several steps, and id is of one | say it at the steps themselves",
    "jobs.a.steps.1.timeout_minutes: deploy may be several steps, and timeout_minutes is of one | say it at the steps themselves",
    "jobs.a: there is no input dry_rnu of the manual trigger | did you mean dry_run?",
    "jobs.a: no step of the job has the id vresion | did you mean version?",
    "workflows.ci.env: of outputs and steps only a job knows | say it at the job",
  ]);
});

test("a stage without jobs still stands between others", () => {
  expect(
    linesOf(`[workflows.ci]
stages = [{ name = "build" }, { name = "test", needs = ["build"] }, { name = "deploy", needs = ["test"] }]
[jobs.b]
stage = "build"
${steps}
[jobs.d]
stage = "deploy"
${steps}
`),
  ).toEqual(["b: ", "d: b"]);
});
