import { expect, test } from "vitest";
import type { Use } from "../plan/steps.ts";
import { checkInputs } from "./inputs.ts";
import { parseManifest, programFor } from "./manifest.ts";
import type { ModuleManifest } from "./manifest.ts";

function told(text: string): readonly string[] {
  const parsed = parseManifest("module.toml", text);
  if (parsed.ok) return ["it is one"];
  return parsed.failure.problems.map(
    ({ line, column, message, hint }) =>
      `${line}:${column} ${message}${hint === undefined ? "" : ` (${hint})`}`,
  );
}

function manifestIn(text: string): ModuleManifest {
  const parsed = parseManifest("module.toml", text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value;
}

const ruby = `[module]
name = "lang/ruby"
version = "1.3.0"
capabilities = ["step:setup", "cache:bundler"]
requires = ["db/postgres@^2.0", "registry.example/lang/node@~1.0"]
capabilities_required = ["network:https"]
conflicts_with = ["lang:ruby*"]

[inputs]
version = { type = "string", default = "3.3" }
jobs = { type = "number", default = 4 }
frozen = { type = "boolean", optional = true }
groups = { type = "list", options = ["test", "dev"], optional = true }
path = { type = "string" }

[provides]
caches = ["bundler"]
commands = ["bundle"]

[run.linux-x64]
program = "./bin/linux/plugin"

[run.any]
program = "plugin.ts"
`;

test("a manifest says what a module is", () => {
  const manifest = manifestIn(ruby);
  expect(manifest).toMatchObject({
    name: "lang/ruby",
    version: "1.3.0",
    capabilities: ["step:setup", "cache:bundler"],
    conflictsWith: ["lang:ruby*"],
    capabilitiesRequired: ["network:https"],
    requires: [
      { kind: "short", name: "db/postgres", constraint: { text: "^2.0" } },
      { kind: "registry", registry: "registry.example", repository: "lang/node" },
    ],
    provides: { caches: ["bundler"], commands: ["bundle"] },
  });
  expect(programFor(manifest, "linux-x64")).toBe("bin/linux/plugin");
  expect(programFor(manifest, "darwin-arm64")).toBe("plugin.ts");
});

test("a module can be steps, or only what it requires", () => {
  const steps = `[module]\nname = "a/b"\nversion = "1.0.0"\n[[steps]]\nrun = "make {{ inputs.x }}"\n`;
  expect(manifestIn(steps).content).toMatchObject({ kind: "steps" });
  const bundle = `[module]\nname = "a/b"\nversion = "1.0.0"\nrequires = ["a/c@1.0"]\n`;
  expect(manifestIn(bundle).content).toEqual({ kind: "bundle" });
});

test("all that is wrong is told at once, with its place", () => {
  const text = `[module]
name = "Ruby"
version = "1.3"
requires = ["lang/node@~1", "node"]
capabilites = []
capabilities_required = ["network:http"]

[inputs.version]
type = "text"
[inputs.jobs]
type = "number"
default = "four"

[run]
program = "../plugin.ts"
`;
  expect(told(text)).toEqual([
    "2:1 module.name: namespace/name, in lower-case letters and digits",
    "3:1 module.version: three numbers, as 1.2.3 or 2.0.0-rc.1",
    "4:13 module.requires.0: ~1 does not say of which minor version: ~1.0 (character 11)",
    "4:29 module.requires.1: node has no namespace: a module is named namespace/name (character 1)",
    '5:1 module.capabilites: Unrecognized key: "capabilites"; did you mean capabilities?',
    "6:26 module.capabilities_required.0: must be filesystem:read or network:https",
    "9:1 inputs.version.type: must be string or number or boolean or list",
    "12:1 inputs.jobs.default: must be a number, as its type says",
    "15:1 run.program: a file of the module, as ./plugin.ts",
  ]);
});

test.each([
  [
    `[module]\nname = "a/b"\nversion = "1.0.0"\n`,
    "1:2 module: run, steps, or modules that it requires",
  ],
  [
    `[module]\nname = "a/b"\nversion = "1.0.0"\n[run]\nprogram = "x"\n[[steps]]\nrun = "y"\n`,
    "6:3 steps: a module has a program or steps, and not both",
  ],
  [
    `[module]\nname = "a/b"\nversion = "1.0.0"\nrequires = ["a/b@1.0"]\n[run]\nprogram = "x"\n`,
    "4:13 module.requires.0: a module cannot require itself",
  ],
  [`[module\n`, "1:8 illegal character in key"],
])("what cannot be is told", (text, problem) => {
  expect(told(text)).toEqual([problem]);
});

test("inputs are checked, and defaults put in", () => {
  const manifest = manifestIn(ruby);
  const literal = (value: string) => ({ kind: { case: "literal", value } }) as const;
  const secret = { kind: { case: "secret", value: "X" } } as const;
  const check = (given: Use["given"], resolved: Use["inputs"] = {}) =>
    checkInputs(
      manifest,
      {
        given,
        inputs: {
          ...Object.fromEntries(
            Object.entries(given).map(([name, value]) => [
              name,
              literal(typeof value === "object" ? "" : String(value)),
            ]),
          ),
          ...resolved,
        },
      },
      ["jobs", "test", "steps", 0, "with"],
    );
  expect(check({ path: "app", jobs: 8, groups: "dev, test" })).toEqual({
    values: {
      version: literal("3.3"),
      jobs: literal("8"),
      groups: literal('["dev","test"]'),
      path: literal("app"),
    },
    problems: [],
  });
  const fromMatrix = check(
    { path: { secret: "X" }, jobs: "{{ matrix.jobs }}" },
    { path: secret, jobs: literal("8") },
  );
  expect(fromMatrix).toMatchObject({ values: { path: secret, jobs: literal("8") }, problems: [] });
  const { problems } = check(
    { verison: "3.3", version: 3.1, frozen: "yes", groups: "prod", jobs: { secret: "X" } },
    { jobs: secret },
  );
  expect(
    problems.map(({ path, message, hint }) => [path.slice(4).join("."), message, hint]),
  ).toEqual([
    ["with.verison", "lang/ruby has no input verison", "did you mean version?"],
    [
      "with.version",
      "must be a text, and is a number",
      "write it in quotes, as a number loses what 3.10 ends with",
    ],
    [
      "with.jobs",
      "it is put in before a run, and this is known only then",
      "give it to the step as env",
    ],
    ["with.frozen", "must be true or false, and is a text", undefined],
    ["with.groups", "must be test or dev, and is prod", undefined],
    ["with", "lang/ruby has to be given path, a text", undefined],
  ]);
});
