import { create } from "@bufbuild/protobuf";
import type { Graph } from "@slipway/pipeline-sdk/graph";
import { GenerateRequestSchema } from "@slipway/pipeline-sdk/protocol";
import { planPipeline } from "@slipway/pipelines/plan";
import { simulate } from "@slipway/pipelines/simulate";
import type { Scenario, Simulation } from "@slipway/pipelines/simulate";
import { renderGithub } from "@slipway/provider-github";
import fc from "fast-check";
import { expect, test } from "vitest";
import { randomPipeline } from "./random-pipeline.ts";
import { scenarios, usualScenario } from "./scenarios.ts";

const head = 'version = "0.2"\n[project]\nname = "fleet"\n';
const step = 'steps = [{ run = "true" }]\n';

function graphOf(text: string): Graph {
  const planned = planPipeline({ file: "cig.toml", text }, { facts: {} });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  return planned.value.resolved.graph;
}

function filesOf(graph: Graph, edit: (content: string) => string = (content) => content) {
  const skipping = { install: "install", decide: "decide", record: "record" };
  return graph.workflows.map(({ id }) => {
    const request = { graph, outputs: [{ path: `${id}.yml`, workflows: [id] }], skipping };
    const [fragment] = renderGithub(create(GenerateRequestSchema, request)).fragments;
    const content = edit(fragment?.content ?? "");
    return { provider: "github", path: `${id}.yml`, workflows: [id], content };
  });
}

const nothing = { unchanged: new Set<string>(), failing: new Set<string>() };

function simulated(
  text: string,
  scenario: Partial<Scenario> = {},
  assumed: Partial<typeof nothing> = {},
): Simulation {
  const graph = graphOf(`${head}${text}`);
  const full = { ...usualScenario, ...scenario };
  return simulate(graph, filesOf(graph), full, { ...nothing, ...assumed });
}

function fatesOf({ jobs, disagreements }: Simulation) {
  expect(disagreements).toEqual([]);
  return Object.fromEntries(jobs.map(({ job, fate }) => [job, fate]));
}

const runs = { verdict: "run", because: "nothing-against" };

const line = `[jobs.build]
${step}[jobs.test]
needs = ["build"]
${step}[jobs.tidy]
needs = ["test"]
if = "always()"
${step}[jobs.deploy]
needs = ["test"]
if = "branch == 'main' && setting.FREEZE != '1'"
${step}[jobs.told]
needs = ["deploy"]
${step}`;

test("what nothing keeps from running runs", () => {
  expect(fatesOf(simulated(line))).toEqual({
    build: runs,
    test: runs,
    tidy: runs,
    deploy: runs,
    told: runs,
  });
});

test("a condition that does not hold is told with what it asked for, and what comes after runs", () => {
  const fates = fatesOf(simulated(line, { settings: { FREEZE: "1" } }));
  expect([fates["deploy"], fates["told"]]).toEqual([
    {
      verdict: "skip",
      because: "condition",
      condition: "branch == 'main' && setting.FREEZE != '1'",
      asked: [
        { what: "branch", value: "main" },
        { what: "setting.FREEZE", value: "1" },
      ],
    },
    runs,
  ]);
});

test("after a failure runs what asks for it, and nothing else", () => {
  const before = { verdict: "skip", because: "ended-before", failed: ["build"] };
  expect(fatesOf(simulated(line, {}, { failing: new Set(["build"]) }))).toEqual({
    build: runs,
    test: before,
    tidy: { verdict: "run", because: "asks-for-ends" },
    deploy: before,
    told: before,
  });
});

test("an unchanged job is left out, and what needs it runs", () => {
  const fates = fatesOf(simulated(line, {}, { unchanged: new Set(["build"]) }));
  expect([fates["build"], fates["test"]]).toEqual([
    { verdict: "skip", because: "unchanged" },
    runs,
  ]);
});

test("an event that starts nothing is told with what was in the way", () => {
  const fates = fatesOf(simulated(`[jobs.a]\n${step}`, { branch: "dev" }));
  expect(fates).toEqual({
    a: {
      verdict: "skip",
      because: "not-started",
      why: { reason: "filtered", of: "branch", name: "dev" },
    },
  });
});

const choosing = `[triggers.manual.inputs.level]
type = "choice"
options = ["low", "high"]
default = "high"
[jobs.a]
if = "input.level == 'high'"
${step}`;

test("inputs that nobody chose have their defaults", () => {
  expect(fatesOf(simulated(choosing, { event: "manual" }))).toEqual({ a: runs });
  expect(fatesOf(simulated(choosing, { event: "manual", inputs: { level: "low" } }))).toEqual({
    a: {
      verdict: "skip",
      because: "condition",
      condition: "input.level == 'high'",
      asked: [{ what: "input.level", value: "low" }],
    },
  });
});

const telling = `[jobs.a]
steps = [{ id = "s", run = "true" }]
outputs = { v = "s.v" }
[jobs.b]
needs = ["a"]
if = "output.a.v == '1'"
${step}`;

test("what only a run knows is depended on, unless it is said", () => {
  expect(fatesOf(simulated(telling))["b"]).toEqual({
    verdict: "depends",
    condition: "output.a.v == '1'",
    asked: [{ what: "output.a.v", value: undefined }],
  });
  expect(fatesOf(simulated(telling, { outputs: { "a.v": "1" } }))["b"]).toEqual(runs);
});

test("an approval waits", () => {
  expect(fatesOf(simulated('[jobs.ok]\napproval = "go?"\n'))).toEqual({ ok: { verdict: "waits" } });
});

test.each([
  ["if: ${{ false }}", /if: [^\n]*branch[^\n]*/, { reason: "runs-not", job: "deploy" }],
  [
    "push:\n    branches:\n      - dev",
    /push:\n {4}branches:\n {4,6}- main/,
    { reason: "starts-not" },
  ],
  ["if: ${{ git( }}", /if: [^\n]*branch[^\n]*/, { reason: "unreadable" }],
])("a file that says %j is told to disagree", (instead, part, expected) => {
  const graph = graphOf(`${head}[jobs.deploy]\nif = "branch == 'main'"\n${step}`);
  const files = filesOf(graph, (content) => {
    expect(content).toMatch(part);
    return content.replace(part, instead);
  });
  const { disagreements } = simulate(graph, files, usualScenario, nothing);
  expect(disagreements).toMatchObject([expected]);
});

test("a branch that differs in capital letters alone is one for GitHub, and that is told", () => {
  const graph = graphOf(`triggers = { push = {} }
${head}[jobs.deploy]
if = "branch == 'main'"
${step}`);
  const scenario = { ...usualScenario, branch: "MAIN" };
  const { disagreements } = simulate(graph, filesOf(graph), scenario, nothing);
  expect(disagreements.map(({ reason }) => reason)).toEqual(["runs"]);
});

test("for any pipeline and event, what is rendered for GitHub does what the graph says", () => {
  fc.assert(
    fc.property(
      randomPipeline({ withStatuses: true }),
      scenarios,
      fc.array(fc.nat(3), { minLength: 40, maxLength: 40 }),
      (text, scenario, numbers) => {
        const graph = graphOf(text);
        const jobs = graph.workflows.flatMap((workflow) => workflow.jobs);
        const chosen = (number: number, from: typeof jobs): ReadonlySet<string> =>
          new Set(from.filter((_, at) => numbers[at] === number).map(({ id }) => id));
        const skippable = jobs.filter(
          ({ kind }) => kind.case === "work" && kind.value.environment === "",
        );
        const assumed = { unchanged: chosen(1, skippable), failing: chosen(2, jobs) };
        const { disagreements } = simulate(graph, filesOf(graph), scenario, assumed);
        expect(disagreements, text).toEqual([]);
      },
    ),
    { numRuns: 100 },
  );
});
