import { create } from "@bufbuild/protobuf";
import { file_slipway_pipelines_v1_graph as graphFile } from "@slipway/pipeline-sdk/graph";
import type { Graph } from "@slipway/pipeline-sdk/graph";
import {
  Diagnostic_Level,
  Feature_Support,
  GenerateRequestSchema,
} from "@slipway/pipeline-sdk/protocol";
import type { GenerateResult } from "@slipway/pipeline-sdk/protocol";
import { planPipeline } from "@slipway/pipelines/plan";
import { githubText } from "@slipway/pipelines/simulate";
import { renderGithub } from "@slipway/provider-github";
import { features } from "@slipway/provider-github/features";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { readGithub } from "./read-github.ts";

const head = 'version = "0.2"\n[project]\nname = "fleet"\n';
const step = 'steps = [{ run = "true" }]\n';

function graphOf(text: string): Graph {
  const planned = planPipeline({ file: "cig.toml", text }, { facts: {} });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  return planned.value.resolved.graph;
}

const skipping = {
  install: "install slipway",
  decide: "slipway ci compute-signatures",
  record: "slipway ci record",
  secrets: ["STORE_TOKEN"],
  folder: ".slipway/jobs",
  timeoutMinutes: 5,
};

function rendered(graph: Graph, isSkipping = false): GenerateResult {
  return renderGithub(
    create(GenerateRequestSchema, {
      target: "github",
      graph,
      outputs: graph.workflows.map(({ id }) => ({ path: `${id}.yml`, workflows: [id] })),
      ...(isSkipping ? { skipping } : {}),
    }),
  );
}

function contentOf(text: string, isSkipping = false): string {
  const { fragments, diagnostics } = rendered(graphOf(text), isSkipping);
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  return fragments[0]?.content ?? "";
}

/** A part of the file, by its keys. */
function partOf(content: string, ...keys: readonly (string | number)[]): unknown {
  let found: unknown = parse(content);
  for (const key of keys) {
    if (typeof found !== "object" || found === null) return undefined;
    found = new Map(Object.entries(found)).get(String(key));
  }
  return found;
}

function refusals(text: string): readonly (readonly string[])[] {
  const { fragments, diagnostics } = rendered(graphOf(text));
  expect(fragments).toEqual([]);
  return diagnostics.map(({ code, message }) => [code, message]);
}

test("each field and value of the graph is named as rendered, rendered by other means, or not at all", () => {
  const named = features.map(({ name }) => name);
  expect(named.filter((name, at) => named.indexOf(name) !== at)).toEqual([]);
  const wanted = [
    ...graphFile.messages.flatMap((message) =>
      message.name === "Place"
        ? []
        : message.fields
            .filter((field) => field.message?.name !== "Place")
            .map((field) => `${message.name}.${field.name}`),
    ),
    ...[...graphFile.enums, ...graphFile.messages.flatMap(({ nestedEnums }) => nestedEnums)]
      .flatMap(({ values }) => values)
      .filter(({ number }) => number !== 0)
      .map(({ name }) => name),
  ];
  expect(named.toSorted()).toEqual(wanted.toSorted());
  const silent = features.filter(
    ({ support, note }) => support !== Feature_Support.NATIVE && note === "",
  );
  expect(silent).toEqual([]);
});

const guarded = `${head}[environments.live]
[jobs.build]
steps = [{ run = "make" }]
[jobs.test]
needs = ["build"]
if = "branch == 'main' || tag matches 'v**'"
steps = [{ run = "make test" }]
[jobs.deploy]
needs = ["test"]
environment = "live"
steps = [{ run = "make deploy" }]
[jobs.lint]
continue_on_error = true
steps = [{ run = "make lint" }]
`;

const isOfBranch =
  "(contains(fromJSON('[\"push\",\"schedule\",\"workflow_dispatch\"]'), github.event_name) && github.ref_type == 'branch' && github.ref_name || '')";
const well = "!cancelled() && !failure() && !contains(needs.*.result, 'cancelled')";

test("jobs that can be left out are asked for before, and what needs one of them runs all the same", async () => {
  const read = await readGithub(contentOf(guarded, true));
  expect(read.problems).toEqual([]);
  expect(read.jobs.map(({ id, needs, condition }) => ({ id, needs, condition }))).toEqual([
    { id: "signatures", needs: [], condition: "success()" },
    {
      id: "build",
      needs: ["signatures"],
      condition: `${well} && needs.signatures.outputs.build != 'false'`,
    },
    {
      id: "lint",
      needs: ["signatures"],
      condition: `${well} && needs.signatures.outputs.lint != 'false'`,
    },
    {
      id: "test",
      needs: ["signatures", "build"],
      condition: `${well} && needs.signatures.outputs.test != 'false' && (${isOfBranch} == 'main' || startsWith((github.ref_type == 'tag' && github.ref_name || ''), 'v'))`,
    },
    { id: "deploy", needs: ["test", "build"], condition: well },
    { id: "gate", needs: ["build", "test", "deploy"], condition: "always()" },
  ]);
});

test("nothing that goes wrong in the job of the signatures keeps another job from running", () => {
  const content = contentOf(guarded, true);
  const key =
    "slipway-jobs-ci-${{ contains(fromJSON('[\"push\",\"schedule\",\"workflow_dispatch\"]'), github.event_name) && 'trusted' || 'untrusted' }}-${{ github.ref }}-";
  const patient = { "continue-on-error": true, "timeout-minutes": 5 };
  expect(partOf(content, "jobs", "signatures")).toEqual({
    name: "signatures",
    permissions: { contents: "read" },
    "runs-on": "ubuntu-latest",
    outputs: {
      build: "${{ steps.decide.outputs.build }}",
      lint: "${{ steps.decide.outputs.lint }}",
      test: "${{ steps.decide.outputs.test }}",
    },
    "continue-on-error": true,
    steps: [
      { uses: "actions/checkout@v4", ...patient },
      { name: "get slipway", run: "install slipway", shell: "sh", ...patient },
      {
        name: "restore records",
        uses: "actions/cache/restore@v4",
        with: {
          path: ".slipway/jobs",
          key: `${key}\${{ github.run_id }}-\${{ github.run_attempt }}`,
          "restore-keys": [
            key,
            "slipway-jobs-ci-trusted-refs/heads/${{ github.base_ref }}-",
            "slipway-jobs-ci-trusted-refs/heads/${{ github.event.repository.default_branch }}-",
          ].join("\n"),
        },
        ...patient,
      },
      {
        name: "decide",
        id: "decide",
        run: 'decided=$(slipway ci compute-signatures --provider github --workflow ci)\nprintf \'%s\\n\' "$decided" >> "$GITHUB_OUTPUT"',
        shell: "sh",
        env: { STORE_TOKEN: "${{ secrets.STORE_TOKEN }}" },
        ...patient,
      },
    ],
  });
});

test("the gate records what succeeded, and fails for what did not", () => {
  const content = contentOf(guarded, true);
  const steps = partOf(content, "jobs", "gate", "steps");
  expect(partOf(content, "jobs", "gate", "name")).toBe("all jobs of ci");
  expect(Array.isArray(steps) ? steps.map(({ name }: { name?: string }) => name) : []).toEqual([
    undefined,
    "get slipway",
    "restore records",
    "record",
    "keep records",
    "no job failed",
  ]);
  expect(partOf(content, "jobs", "gate", "steps", 3)).toEqual({
    name: "record",
    run: "slipway ci record --provider github --workflow ci",
    shell: "sh",
    env: {
      STORE_TOKEN: "${{ secrets.STORE_TOKEN }}",
      SLIPWAY_RESULTS: "${{ toJSON(needs) }}",
    },
    "continue-on-error": true,
    "timeout-minutes": 5,
  });
  expect(partOf(content, "jobs", "gate", "steps", 5)).toEqual({
    name: "no job failed",
    if: "${{ always() && (contains(needs.*.result, 'failure') || contains(needs.*.result, 'cancelled')) }}",
    run: "exit 1",
  });
});

test("what a pull request remembers has another name than what a branch reads", () => {
  const key = String(partOf(contentOf(guarded, true), "jobs", "gate", "steps", 4, "with", "key"));
  const keyOf = (event: string, ref: string): unknown =>
    githubText(key, { github: { event_name: event, ref, run_id: "1", run_attempt: "1" } });
  expect([
    keyOf("push", "refs/heads/main"),
    keyOf("pull_request", "refs/pull/1/merge"),
    keyOf("pull_request_target", "refs/heads/main"),
    keyOf("workflow_run", "refs/heads/main"),
  ]).toEqual([
    "slipway-jobs-ci-trusted-refs/heads/main-1-1",
    "slipway-jobs-ci-untrusted-refs/pull/1/merge-1-1",
    "slipway-jobs-ci-untrusted-refs/heads/main-1-1",
    "slipway-jobs-ci-untrusted-refs/heads/main-1-1",
  ]);
});

test("without skipping, a pipeline with a condition has a gate that needs nothing of ours", () => {
  const content = contentOf(guarded);
  expect(partOf(content, "jobs", "signatures")).toBe(undefined);
  expect(partOf(content, "jobs", "gate", "permissions")).toEqual({});
  expect(partOf(content, "jobs", "gate", "steps", 1)).toBe(undefined);
});

test("what the file says to GitHub alone is laid over our own jobs too", () => {
  const content = contentOf(
    `${guarded}[workflows.ci.github.jobs.signatures]\nruns-on = ["self-hosted"]\n`,
    true,
  );
  expect(partOf(content, "jobs", "signatures", "runs-on")).toEqual(["self-hosted"]);
  expect(partOf(content, "jobs", "signatures", "name")).toBe("signatures");
});

test("a workflow without conditions has no gate", () => {
  expect(partOf(contentOf(`${head}[jobs.a]\n${step}`), "jobs")).toEqual({
    a: { "runs-on": "ubuntu-latest", steps: [{ uses: "actions/checkout@v4" }, { run: "true" }] },
  });
});

test("no permissions are said, and not left to the settings of the repository", () => {
  const content = contentOf(`permissions = "none"
${head}[jobs.a]
permissions = "none"
${step}`);
  expect(content.match(/permissions: .*/g)).toEqual(["permissions: {}", "permissions: {}"]);
});

test("a push without filters takes no tags", () => {
  const content = contentOf(`triggers = { push = {} }\n${head}[jobs.a]\n${step}`);
  expect(partOf(content, "on")).toEqual({ push: { branches: ["**"] } });
});

test("characters that mean something in filters of GitHub alone are quoted", () => {
  const content = contentOf(
    `triggers = { push = { branches = ["!c++", "a/*"], tags_ignore = ["x+"] } }\n${head}[jobs.a]\n${step}`,
  );
  expect(partOf(content, "on", "push")).toEqual({
    branches: ["\\!c\\+\\+", "a/*"],
    "tags-ignore": ["x\\+"],
  });
});

test("services have their command and entrypoint, in the words of Docker", () => {
  const content = contentOf(`${head}[services.db]
image = { name = "db", user = "1000", entrypoint = ["run", "it's"] }
command = ["--a b", "c\\\\", "\\"d"]
[jobs.a]
services = ["db"]
${step}`);
  expect(partOf(content, "jobs", "a", "services", "db")).toEqual({
    image: "db",
    options: "--user 1000",
    entrypoint: "run",
    command: `"it's" "--a b" "c\\\\" "\\"d"`,
  });
});

test("jobs of a matrix that may not all run at once take turns", () => {
  const content = contentOf(`${head}[jobs.a]
matrix = { x = ["a", "b", "c"] }
max_parallel = 2
${step}`);
  expect(["a-a", "a-b", "a-c"].map((id) => partOf(content, "jobs", id, "concurrency"))).toEqual([
    { group: "${{ github.run_id }}-a-0", queue: "max" },
    { group: "${{ github.run_id }}-a-1", queue: "max" },
    { group: "${{ github.run_id }}-a-0", queue: "max" },
  ]);
});

test("equal runs beside each other know their number, and keep artifacts apart", async () => {
  const content = contentOf(`${head}[jobs.a]
parallelism = 3
artifacts = [{ name = "made", paths = ["x"] }]
${step}[jobs.b]
needs = ["a"]
uses_artifacts = [{ name = "made" }]
${step}`);
  expect((await readGithub(content)).problems).toEqual([]);
  expect(partOf(content, "jobs", "a", "strategy")).toEqual({
    "fail-fast": false,
    matrix: { part: [0, 1, 2] },
  });
  expect(partOf(content, "jobs", "a", "env")).toEqual({
    SLIPWAY_PART: "${{ strategy.job-index }}",
    SLIPWAY_PARTS: "${{ strategy.job-total }}",
  });
  expect(partOf(content, "jobs", "a", "steps", 2, "with", "name")).toBe(
    "made-${{ strategy.job-index }}",
  );
  expect(partOf(content, "jobs", "b", "steps", 1, "with")).toEqual({
    pattern: "made-+([0-9])",
    "merge-multiple": true,
  });
});

test("two jobs that keep the same artifact do not write over each other", () => {
  const content = contentOf(`${head}[jobs.a]
artifacts = [{ name = "made", paths = ["x"] }]
${step}[jobs.b]
artifacts = [{ name = "made", paths = ["x"] }]
${step}[jobs.c]
needs = ["a", "b"]
uses_artifacts = [{ name = "made" }]
${step}`);
  expect([1, 2].map((at) => partOf(content, "jobs", "c", "steps", at, "with", "name"))).toEqual([
    "made-a",
    "made-b",
  ]);
});

test("what is kept after a failure asks for the failure, beside the condition of its step", () => {
  const content = contentOf(`${head}[jobs.a]
steps = [{ upload = { name = "log", paths = ["x"], when = "failure" }, if = "actor == 'a' || tag" }]
`);
  expect(partOf(content, "jobs", "a", "steps", 1, "if")).toBe(
    "${{ failure() && (github.actor == 'a' || (!((github.ref_type == 'tag' && github.ref_name || '') == '') && !((github.ref_type == 'tag' && github.ref_name || '') == 'false'))) }}",
  );
});

test("a part of a name that leaves a job out is said wider, with a warning", () => {
  const { fragments, diagnostics } = rendered(
    graphOf(`${head}[jobs.a]\nskip_if = { branch = ["dependabot/*"] }\n${step}`),
  );
  expect(diagnostics.map(({ code, level, message }) => [code, level, message])).toEqual([
    [
      "GITHUB_GLOB",
      Diagnostic_Level.WARNING,
      "dependabot/* cannot be said in an expression: dependabot/** stands there",
    ],
  ]);
  expect(partOf(fragments[0]?.content ?? "", "jobs", "a", "if")).toBe(
    `\${{ !(startsWith(${isOfBranch}, 'dependabot/')) }}`,
  );
});

test("of very many jobs before, those are named that the file lets be cancelled", () => {
  const jobs = Array.from({ length: 250 }, (_, at) => {
    const needs = at === 0 ? "" : `needs = ["j${at - 1}"]\n`;
    return `[jobs.j${at}]\n${needs}${at === 7 ? "timeout_minutes = 9\n" : ""}${step}`;
  });
  const { fragments, diagnostics } = rendered(graphOf(`${head}${jobs.join("")}`), true);
  expect(diagnostics.map(({ code, level }) => [code, level])).toEqual([
    ["GITHUB_NEEDS", Diagnostic_Level.WARNING],
  ]);
  expect(partOf(fragments[0]?.content ?? "", "jobs", "j249", "needs")).toEqual([
    "signatures",
    "j248",
    "j7",
  ]);
});

test("two workflows in one file are refused with what to write", () => {
  const graph = graphOf(`${head}[jobs.a]\n${step}[jobs.b]\nworkflow = "other"\n${step}`);
  const { fragments, diagnostics } = renderGithub(
    create(GenerateRequestSchema, {
      graph,
      outputs: [{ path: "ci.yml", workflows: ["ci", "other"] }],
    }),
  );
  expect(fragments).toEqual([]);
  expect(diagnostics.map(({ code, message, fixHint }) => [code, message, fixHint])).toEqual([
    [
      "GITHUB_WORKFLOWS",
      "ci.yml would hold ci and other",
      'write path = ".github/workflows/{workflow}.yml"',
    ],
  ]);
});

test("an approval says that GitHub has to be told whom to ask", () => {
  const { fragments, diagnostics } = rendered(graphOf(`${head}[jobs.ok]\napproval = "go?"\n`));
  expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
    ["GITHUB_APPROVAL", "ok waits only if the environment ok has required reviewers"],
  ]);
  expect(partOf(fragments[0]?.content ?? "", "jobs", "ok")).toEqual({
    permissions: {},
    "runs-on": "ubuntu-latest",
    environment: "ok",
    steps: [{ name: "go?", run: "true" }],
  });
});

test.each([
  [
    "if = \"env.X == '1'\"",
    "GITHUB_VALUE",
    "the condition of a job cannot have a variable of the job",
  ],
  ["if = \"branch matches 'a/*/b'\"", "GITHUB_GLOB", "a/*/b cannot be said in an expression"],
  [
    "if = \"branch matches 'release/*'\"",
    "GITHUB_GLOB",
    "release/* cannot be said in an expression",
  ],
  ['runner = "small"', "GITHUB_RUNNER", "small does not say where it runs with GitHub"],
  ['caches = ["far"]', "GITHUB_CACHE", "far is kept by s3, which no plugin took over in a"],
  ['caches = ["odd"]', "GITHUB_CACHE", "the key of odd has a comma"],
  ['permissions = { content = "read" }', "GITHUB_PERMISSIONS", "there is no scope content"],
  [
    'permissions = { id-token = "read" }',
    "GITHUB_PERMISSIONS",
    "id-token can be given write, not read",
  ],
  [
    'image = { name = "x", entrypoint = ["y"] }',
    "GITHUB_ENTRYPOINT",
    "the entrypoint of the image of a would not run",
  ],
  [
    'max_parallel = 1\nmatrix = { x = ["y"] }\nconcurrency = { group = "g" }',
    "GITHUB_CONCURRENCY",
    "a-y has max_parallel, and a concurrency group",
  ],
  [
    'fail_fast = true\nmatrix = { x = ["y"] }',
    "GITHUB_FAIL_FAST",
    "a failure of a-y does not stop the others of a",
  ],
  [
    'artifacts = [{ name = "a:b", paths = ["x"] }]',
    "GITHUB_ARTIFACT",
    'a:b has " * / : < > ? \\ or |',
  ],
])("%s is refused", (line, code, message) => {
  const text = `${head}[runners.small]
circleci = { resource_class = "small" }
[caches.far]
paths = ["x"]
backend = "s3"
[caches.odd]
paths = ["x"]
key_parts = ["a:b,c"]
[jobs.a]
${line}
${step}`;
  expect(refusals(text)).toEqual([[code, message]]);
});

test.each([
  [
    '{ run = "true", id = "1a" }',
    "GITHUB_ID",
    "the step 1a: a letter or one _ stands first, and there are 99 at most",
  ],
  ['{ uses = "circleci:foo/bar@1" }', "GITHUB_STEP", "circleci:foo/bar@1 is none of GitHub"],
  [
    '{ run = "true", id = "a" }, { run = "true", id = "A" }',
    "GITHUB_STEP_ID",
    "A is there twice: GitHub does not tell capital letters apart",
  ],
])("a step %s is refused", (steps, code, message) => {
  expect(refusals(`${head}[jobs.a]\nsteps = [${steps}]\n`)).toEqual([[code, message]]);
});

test.each([
  [
    'push = { branches = ["v?"] }',
    "GITHUB_FILTER",
    "? in v? would make the letter before it optional",
  ],
  [
    'schedule = [{ cron = "0 3 * * *", branches = ["dev"] }]',
    "GITHUB_SCHEDULE",
    "0 3 * * * has branches of its own",
  ],
  [
    "manual = { inputs = { 1st = {} } }",
    "GITHUB_ID",
    "the input 1st: a letter or one _ stands first, and there are 99 at most",
  ],
])("a trigger %s is refused", (trigger, code, message) => {
  expect(refusals(`triggers = { ${trigger} }\n${head}[jobs.a]\n${step}`)).toEqual([
    [code, message],
  ]);
});

test("what a newer core says and this plugin does not know is no guard left out", () => {
  const graph = graphOf(`${head}[jobs.a]\nif = "branch == 'main'"\n${step}`);
  const [job] = graph.workflows[0]?.jobs ?? [];
  if (job?.condition !== undefined) job.condition.kind = { case: undefined };
  expect(() => rendered(graph)).toThrow(/does not know the kind of a condition/);
});
