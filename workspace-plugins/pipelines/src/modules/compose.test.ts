import { expect, test } from "vitest";
import { planPipeline } from "../plan/plan.ts";
import type { PlanProblem } from "../plan/scope.ts";
import { composeModules } from "./compose.ts";
import { parseManifest } from "./manifest.ts";
import type { ModuleManifest } from "./manifest.ts";

function moduleOf(name: string, text: string): readonly [string, ModuleManifest] {
  const file = `[module]\nname = "${name}"\nversion = "1.0.0"\n${text}`;
  const parsed = parseManifest("module.toml", file);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return [name, parsed.value];
}

const build = moduleOf(
  "acme/build",
  `[inputs]
target = { type = "string", default = "all" }
jobs = { type = "number" }
[[steps]]
uses = "lang/ruby@^1.0"
with = { version = "{{ inputs.target }}" }
[[steps]]
run = "make -j{{ inputs.jobs }} {{ inputs.target }} # \${{ inputs.x }}"
env = { TARGET = "{{ inputs.target }}" }
if = "branch == 'main'"
`,
);
const release = moduleOf(
  "acme/release",
  `[[steps]]\nuses = "acme/build@^1.0"\nwith = { jobs = 2 }\n[[steps]]\nrun = "publish"\n`,
);
const ruby = moduleOf(
  "lang/ruby",
  `[inputs]\nversion = { type = "string" }\npath = { type = "string", default = "." }\n[run]\nprogram = "x"\n`,
);
const odd = moduleOf(
  "acme/odd",
  `[inputs]\nx = { type = "string", default = "" }\n[[steps]]\nrun = "{{ inputs.y }}"\n[[steps]]\nuses = "make"\n`,
);
const left = moduleOf("acme/left", `[[steps]]\nuses = "acme/right"\n`);
const right = moduleOf("acme/right", `[[steps]]\nuses = "acme/left"\n`);
const bundle = moduleOf("acme/all", `requires = ["lang/ruby@1.0"]\n`);

function compose(step: string) {
  const text = `version = "0.2"\nproject = { name = "app" }\n[jobs.a]\nsteps = [${step}]\n`;
  const planned = planPipeline({ file: "cig.toml", text }, { facts: undefined });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  const { graph, uses } = planned.value.resolved;
  const problems: PlanProblem[] = [];
  const modules = new Map([build, release, ruby, odd, left, right, bundle]);
  const open = composeModules(graph, uses, modules, (one) => void problems.push(one));
  const kind = graph.workflows[0]?.jobs[0]?.kind;
  const steps = kind?.case === "work" ? kind.value.steps : [];
  return {
    left: open,
    problems: problems.map(({ path, message, hint }) => [path.join("."), message, hint]),
    steps: steps.map((one) => {
      if (one.kind.case === "run") return one.kind.value.command;
      return one.kind.case === "module" ? `${one.kind.value.name} ${one.kind.value.number}` : "";
    }),
    envs: steps.map(({ env }) => env.map(({ name }) => name)),
    origins: steps.map(({ origin }) => origin),
    places: [...new Set(steps.map(({ place }) => place?.path))],
  };
}

test("steps stand where the module is used, with its inputs, and those of modules in it", () => {
  const composed = compose(`{ uses = "acme/release@1.0", env = { A = "1" } }, { run = "end" }`);
  expect(composed).toMatchObject({
    problems: [],
    steps: ["lang/ruby 3", "make -j2 all # ${{ inputs.x }}", "publish", "end"],
    envs: [["A"], ["A", "TARGET"], ["A"], []],
    places: ["jobs.a.steps.0", "jobs.a.steps.1"],
  });
  expect(composed.left).toMatchObject([
    {
      number: 3,
      job: "a",
      module: "lang/ruby",
      inputs: {
        version: { kind: { case: "literal", value: "all" } },
        path: { kind: { case: "literal", value: "." } },
      },
    },
  ]);
});

test("what is wrong inside of a module is told where it is used", () => {
  expect(compose(`{ uses = "acme/odd" }`).problems).toEqual([
    [
      "jobs.a.steps.0.uses",
      "in acme/odd: nothing is named inputs.y",
      "did you mean {{ inputs.x }}?",
    ],
    [
      "jobs.a.steps.0.uses",
      "in acme/odd: there is no command make",
      "a module is written namespace/name@constraint, and where it comes from stands under [plugins]; a step of GitHub alone is github:owner/name@ref",
    ],
  ]);
});

test("what is wrong with inputs, and a module without steps, are told where they are used", () => {
  expect(compose(`{ uses = "acme/build", with = { job = 2 } }`).problems).toEqual([
    ["jobs.a.steps.0.with.job", "acme/build has no input job", "did you mean jobs?"],
    ["jobs.a.steps.0.with", "acme/build has to be given jobs, a number", undefined],
  ]);
  expect(compose(`{ uses = "acme/all@1.0" }`)).toMatchObject({
    left: [],
    problems: [
      ["jobs.a.steps.0.uses", "acme/all has no steps: it is only what it requires", undefined],
    ],
  });
});

test("modules whose steps use each other are told with the way round", () => {
  expect(compose(`{ uses = "acme/left" }`).problems).toEqual([
    [
      "jobs.a.steps.0.uses.0.uses.0.uses",
      "a module is of itself: acme/left -> acme/right -> acme/left",
      undefined,
    ],
  ]);
});
