import { digestOf } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import { expect, test } from "vitest";
import { planPipeline } from "../plan/plan.ts";
import { decideJobs } from "./decide.ts";
import type { Known } from "./decide.ts";

const text = `version = "0.2"
[project]
name = "fleet"
[environments.live]
[jobs.build]
artifacts = [{ name = "bin", paths = ["dist/**"] }]
outputs = { version = "v.version" }
steps = [{ id = "v", run = "make" }]
[jobs.test]
needs = ["build"]
steps = [{ download = { name = "bin" } }, { run = "make test" }]
[jobs.lint]
steps = [{ run = "make lint" }]
[jobs.docs]
skip = "allowed"
steps = [{ run = "make docs" }]
[jobs.deploy]
needs = ["test"]
environment = "live"
steps = [{ run = "make deploy" }]
[jobs.report]
needs = ["build"]
skip = "never"
env = { V = "v{{ branch }}", VERSION = { output = "build.version" } }
steps = [{ run = "echo $VERSION" }]
`;

function decided(succeeded: readonly string[], known: Partial<Known> = {}, source = text) {
  const planned = planPipeline({ file: "cig.toml", text: source }, { facts: {} });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  const [workflow] = planned.value.resolved.graph.workflows;
  if (workflow === undefined) throw new Error("no workflow");
  const signatures = new Map<string, Digest>(workflow.jobs.map(({ id }) => [id, digestOf(id)]));
  const decisions = decideJobs(workflow, {
    event: "push",
    isForced: false,
    signatures,
    succeeded: new Set(succeeded.map((id) => digestOf(id))),
    uses: planned.value.resolved.uses,
    ...known,
  });
  return Object.fromEntries(
    [...decisions].map(([id, one]) => [
      id,
      `${one.run ? "run" : "skip"} ${one.reason}${"by" in one ? ` ${one.by}` : ""}`,
    ]),
  );
}

const all = ["build", "test", "lint", "docs", "deploy", "report"];

test("a job as at a success is left out, and one that deploys or says never is not", () => {
  expect(decided(all, {}, text.replace('VERSION = { output = "build.version" }', ""))).toEqual({
    build: "skip succeeded",
    test: "skip succeeded",
    lint: "skip succeeded",
    docs: "skip succeeded",
    deploy: "run never-left-out",
    report: "run never-left-out",
  });
});

test("whoever's files or values a running job takes runs too", () => {
  expect(decided(["build", "lint", "docs"])).toMatchObject({
    build: "run needed test",
    test: "run no-success",
    lint: "skip succeeded",
  });
  expect(decided(all)).toMatchObject({ build: "run needed report", test: "skip succeeded" });
});

test("a run of a clock or a person leaves out what asks for it alone, and a forced one nothing", () => {
  for (const event of ["schedule", "manual"] as const) {
    expect(decided(all, { event })).toEqual({
      build: "run started-on-purpose",
      test: "run started-on-purpose",
      lint: "run started-on-purpose",
      docs: "skip succeeded",
      deploy: "run never-left-out",
      report: "run never-left-out",
    });
  }
  expect(Object.values(decided(all, { isForced: true }))).not.toContain("skip succeeded");
});

test("a job without a signature runs", () => {
  expect(decided(all, { signatures: new Map() })).toMatchObject({ lint: "run no-signature" });
});

const head = 'version = "0.2"\n[project]\nname = "fleet"\n';

test.each([
  [
    "a step that waits for a tag",
    'steps = [{ run = "make" }, { run = "publish", if = "tag != \'\'" }]',
  ],
  ["a variable with the commit", 'env = { C = { fact = "commit" } }\nsteps = [{ run = "make" }]'],
  ["a text with the branch", 'env = { C = "v-{{ branch }}" }\nsteps = [{ run = "make" }]'],
])("%s is no part of a signature, and the job runs unless the file asks for more", (_, job) => {
  expect(decided(["a"], {}, `${head}[jobs.a]\n${job}\n`)).toEqual({ a: "run asks-the-run" });
  expect(decided(["a"], {}, `${head}[jobs.a]\nskip = "allowed"\n${job}\n`)).toEqual({
    a: "skip succeeded",
  });
});

test("what a person was asked for is never passed over", () => {
  const source = `${head}[triggers.manual.inputs.dry]
type = "boolean"
[jobs.a]
skip = "allowed"
env = { DRY = { input = "dry" } }
steps = [{ run = "make" }]
`;
  expect(decided(["a"], {}, source)).toEqual({ a: "run asks-the-run" });
});

test("what a module takes nobody knows: all jobs before run", () => {
  const source = `${head}[jobs.build]
steps = [{ run = "make" }]
[jobs.test]
needs = ["build"]
steps = [{ run = "make" }]
[jobs.pack]
needs = ["test"]
steps = [{ uses = "own/pack" }]
`;
  expect(decided(["build", "test"], {}, source)).toMatchObject({
    build: "run needed pack",
    test: "run needed pack",
  });
});

test("what comes after an approval is never left out", () => {
  const source = `${head}[jobs.ask]
approval = true
[jobs.deploy]
needs = ["ask"]
steps = [{ run = "make" }]
[jobs.after]
needs = ["deploy"]
steps = [{ run = "make" }]
`;
  expect(decided(["deploy", "after"], {}, source)).toEqual({
    ask: "run never-left-out",
    deploy: "run never-left-out",
    after: "run never-left-out",
  });
});
