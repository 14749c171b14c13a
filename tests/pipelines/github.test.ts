import { readFileSync } from "node:fs";
import path from "node:path";
import { create } from "@bufbuild/protobuf";
import type { Graph, Job } from "@slipway/pipeline-sdk/graph";
import { GenerateRequestSchema } from "@slipway/pipeline-sdk/protocol";
import type { GenerateResult } from "@slipway/pipeline-sdk/protocol";
import { planPipeline } from "@slipway/pipelines/plan";
import { renderGithub } from "@slipway/provider-github";
import fc from "fast-check";
import { expect, test } from "vitest";
import { awkwardTexts, commandText } from "./random-pipeline.ts";
import { readGithub } from "./read-github.ts";
import type { ReadJob } from "./read-github.ts";

const file = ".github/workflows/{workflow}.yml";
const head = 'version = "0.2"\n[project]\nname = "fleet"\n';

function graphOf(text: string): Graph {
  const planned = planPipeline({ file: "cig.toml", text }, { facts: {} });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  return planned.value.resolved.graph;
}

function rendered(graph: Graph, isSkipping = false): GenerateResult {
  const skipping = { install: "install slipway", decide: "slipway ci compute-signatures" };
  return renderGithub(
    create(GenerateRequestSchema, {
      target: "github",
      graph,
      outputs: [{ path: file }],
      ...(isSkipping ? { skipping } : {}),
    }),
  );
}

/** What a reader should find of a job. */
function expected(job: Job): Omit<ReadJob, "condition"> {
  const steps = job.kind.case === "work" ? job.kind.value.steps : [];
  return {
    id: job.id,
    name: job.name,
    needs: job.needs,
    steps: [
      { uses: "actions/checkout@v4" },
      ...steps.map(({ kind }) => (kind.case === "run" ? { run: kind.value.command } : {})),
    ],
  };
}

async function check(graph: Graph): Promise<void> {
  const { fragments, diagnostics } = rendered(graph);
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  expect(fragments.map((fragment) => fragment.path)).toEqual(
    graph.workflows.map(({ id }) => `.github/workflows/${id}.yml`),
  );
  for (const [at, workflow] of graph.workflows.entries()) {
    const read = await readGithub(fragments[at]?.content ?? "");
    expect(read.problems, fragments[at]?.content).toEqual([]);
    const found = read.jobs.map(({ id, name, needs, steps }) => ({ id, name, needs, steps }));
    expect(found).toEqual(workflow.jobs.map(expected));
  }
}

test("GitHub's own parser reads the graph of the example back", async () => {
  const example = path.join(import.meta.dirname, "../../examples/pipeline/cig.toml");
  await check(graphOf(readFileSync(example, "utf8")));
});

test.each(awkwardTexts)("a command of %j reaches the shell as it is written", async (command) => {
  await check(graphOf(`${head}[jobs.a]\nsteps = [{ run = ${JSON.stringify(command)} }]\n`));
});

const pipeline = fc
  .array(
    fc.record({
      commands: fc.array(commandText, { minLength: 1, maxLength: 3 }),
      values: fc.uniqueArray(fc.stringMatching(/^[a-z0-9._/-]{1,6}$/), { maxLength: 3 }),
      needs: fc.array(fc.nat(20), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((jobs) =>
    jobs
      .map(({ commands, values, needs }, at) =>
        [
          `[jobs.j${at}]`,
          `needs = ${JSON.stringify([...new Set(needs.filter((one) => one < at).map((one) => `j${one}`))])}`,
          ...(values.length === 0 ? [] : [`matrix = { x = ${JSON.stringify(values)} }`]),
          `steps = [${commands.map((run) => `{ run = ${JSON.stringify(run)} }`).join(", ")}]`,
        ].join("\n"),
      )
      .join("\n"),
  );

test("of any pipeline GitHub's own parser reads the same jobs, needs and commands back", async () => {
  await fc.assert(
    fc.asyncProperty(pipeline, async (text) => check(graphOf(`${head}${text}\n`))),
    { numRuns: 50 },
  );
});

test("jobs that can be left out are asked for before, and what needs one of them runs all the same", async () => {
  const graph = graphOf(`${head}[environments.live]
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
`);
  const [fragment] = rendered(graph, true).fragments;
  const read = await readGithub(fragment?.content ?? "");
  expect(read.problems).toEqual([]);
  expect(read.jobs.map(({ id, needs, condition }) => ({ id, needs, condition }))).toEqual([
    { id: "signatures", needs: [], condition: "success()" },
    {
      id: "build",
      needs: ["signatures"],
      condition: "!cancelled() && !failure() && needs.signatures.outputs.build != 'false'",
    },
    {
      id: "test",
      needs: ["signatures", "build"],
      condition:
        "!cancelled() && !failure() && needs.signatures.outputs.test != 'false' && ((github.event_name != 'pull_request' && github.ref_type == 'branch' && github.ref_name || '') == 'main' || startsWith((github.ref_type == 'tag' && github.ref_name || ''), 'v'))",
    },
    { id: "deploy", needs: ["test"], condition: "!cancelled() && !failure()" },
    { id: "gate", needs: ["signatures", "build", "test", "deploy"], condition: "always()" },
  ]);
});

test("two workflows in one file, and a pattern that no expression has, are refused with what to write", () => {
  const graph = graphOf(`${head}[jobs.a]
if = "branch matches 'a/*/b'"
steps = [{ run = "true" }]
[jobs.b]
workflow = "other"
steps = [{ run = "true" }]
`);
  const { fragments, diagnostics } = renderGithub(
    create(GenerateRequestSchema, { graph, outputs: [{ path: "ci.yml" }] }),
  );
  expect(fragments).toEqual([]);
  expect(diagnostics.map(({ code, message, fixHint }) => [code, message, fixHint])).toEqual([
    [
      "GITHUB_WORKFLOWS",
      "ci.yml would hold ci and other",
      'write path = ".github/workflows/{workflow}.yml"',
    ],
    [
      "GITHUB_GLOB",
      "a/*/b cannot be said in an expression",
      "compare with texts or with text**, or filter by the triggers of a workflow",
    ],
  ]);
});

test("no permissions are said, and not left to the settings of the repository", () => {
  const graph = graphOf(`permissions = "none"
${head}[jobs.a]
permissions = "none"
steps = [{ run = "true" }]
`);
  const [fragment] = rendered(graph).fragments;
  expect(fragment?.content.match(/permissions: .*/g)).toEqual([
    "permissions: {}",
    "permissions: {}",
  ]);
});

test("a step of another provider, a variable where a job is decided on, and a pattern of events are refused", () => {
  const graph = graphOf(`${head}[jobs.a]
if = "env.X == '1' && event matches 'p*h'"
steps = [{ uses = "circleci:foo/bar@1" }]
`);
  expect(rendered(graph).fragments).toEqual([]);
  expect(rendered(graph).diagnostics.map(({ code }) => code)).toEqual([
    "GITHUB_GLOB",
    "GITHUB_JOB_ENV",
    "GITHUB_STEP",
  ]);
});

test("success is asked for without regard to jobs that were left out, and an input as a text", async () => {
  const graph = graphOf(`${head}[jobs.a]
if = "success() && input.deploy == 'true'"
steps = [{ run = "true" }]
`);
  const read = await readGithub(rendered(graph).fragments[0]?.content ?? "");
  expect(read.problems).toEqual([]);
  expect(read.jobs[0]?.condition).toBe(
    "(!cancelled() && !failure()) && format('{0}', inputs.deploy) == 'true'",
  );
});

test("what a newer core says and this plugin does not know is no guard left out", () => {
  const graph = graphOf(`${head}[jobs.a]
if = "branch == 'main'"
steps = [{ run = "true" }]
`);
  const [job] = graph.workflows[0]?.jobs ?? [];
  if (job?.condition !== undefined) job.condition.kind = { case: undefined };
  expect(() => rendered(graph)).toThrow(/does not know the kind of a condition/);
});
