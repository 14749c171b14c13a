import type { ProjectGraph, TargetConfiguration } from "@nx/devkit";
import { describe, expect, test } from "vitest";
import { pathMatcher } from "./glob.ts";
import { executorSource } from "./executor-source.ts";
import { ownDeclarations } from "./own-declarations.ts";
import { deriveTargets } from "./nx-targets.ts";
import type { NamedInputs } from "./nx-targets.ts";
import { ownFact } from "./own-fact.ts";
import type { TargetDefinition } from "./target.ts";

type Project = {
  readonly root: string;
  readonly targets: Record<string, TargetConfiguration>;
  readonly tags?: string[];
  readonly needs?: readonly string[];
};

function graphOf(projects: Readonly<Record<string, Project>>): ProjectGraph {
  const entries = Object.entries(projects);
  return {
    nodes: Object.fromEntries(
      entries.map(([name, { root, targets, tags = ["slipway"] }]) => [
        name,
        { name, type: "lib", data: { root, targets, tags } },
      ]),
    ),
    dependencies: Object.fromEntries(
      entries.map(([source, { needs = [] }]) => [
        source,
        needs.map((target) => ({ type: "static", source, target })),
      ]),
    ),
  };
}

/** As Nx takes it from project.json, whatever it is. */
function asWritten(json: string): TargetConfiguration {
  return JSON.parse(json) as TargetConfiguration;
}

function derive(
  projects: Readonly<Record<string, Project>>,
  namedInputs?: NamedInputs,
): Readonly<Record<string, TargetDefinition>> {
  const derived = deriveTargets(graphOf(projects), namedInputs);
  expect([...derived.failures]).toEqual([]);
  return Object.fromEntries(derived.definitions.map((definition) => [definition.id, definition]));
}

function inputsOf(
  inputs: TargetConfiguration["inputs"],
  namedInputs?: NamedInputs,
): TargetDefinition["inputs"] | undefined {
  const target = inputs === undefined ? {} : { inputs };
  const projects = {
    lib: { root: "libs/lib", targets: {}, tags: [] },
    app: { root: "apps/[app]", targets: { build: target }, needs: ["lib"] },
    inner: { root: "apps/[app]/inner", targets: {}, tags: [] },
  };
  return derive(projects, namedInputs)["app:build"]?.inputs;
}

const positive = (patterns: readonly string[]) => ({ patterns, includesIgnored: false });

describe("inputs", () => {
  test("what our plugins declare", () => {
    expect(
      inputsOf([
        "{projectRoot}/**/*",
        "!{projectRoot}/dist/**",
        ...executorSource("pack", ["packages"]),
        { env: ownFact("app", "build") },
        { env: "SLIPWAY_ENGINE" },
        { externalDependencies: ["tar-stream"] },
        { dependentTasksOutputFiles: "**/receipt.json", transitive: true },
        { fileset: "{projectRoot}/.aigogo/**/*", includeIgnored: true },
      ]),
    ).toEqual({
      filesets: [
        positive([
          String.raw`apps/\[app\]/**/*`,
          String.raw`!apps/\[app\]/dist/**`,
          String.raw`!apps/\[app\]/inner/**`,
        ]),
        positive([
          "tools/executors/pack/**/*",
          "tools/executors/session/**/*",
          "workspace-plugins/packages/src/**/*",
          "!tools/executors/**/*.test.ts",
          "!workspace-plugins/**/*.test.ts",
        ]),
        { patterns: [String.raw`apps/\[app\]/.aigogo/**/*`], includesIgnored: true },
      ],
      env: ["SLIPWAY_ENGINE"],
      tools: ["tar-stream"],
    });
  });

  test("a target that declares none has its own files, those of its dependencies, and the whole lock", () => {
    expect(inputsOf(undefined)).toEqual({
      filesets: [
        positive([String.raw`apps/\[app\]/**/*`, String.raw`!apps/\[app\]/inner/**`]),
        positive(["libs/lib/**/*"]),
        positive(["package-lock.json"]),
      ],
      env: [],
      tools: [],
    });
  });

  test("named inputs are those of nx.json, and name one another", () => {
    const namedInputs = { sources: ["base", { env: "CI" }], base: ["{workspaceRoot}/base.json"] };
    const expected = {
      filesets: [positive(["base.json"])],
      env: ["CI"],
      tools: [],
    };
    expect(inputsOf(["sources", { externalDependencies: [] }], namedInputs)).toEqual(expected);
    expect(
      inputsOf([{ input: "sources", projects: "lib" }, { externalDependencies: [] }], namedInputs),
    ).toEqual(expected);
  });

  test("a command, and fields of a JSON file", () => {
    const inputs: TargetConfiguration["inputs"] = [
      { runtime: "node --version" },
      { runtime: "node --version" },
      { json: "{projectRoot}/package.json", fields: ["version"] },
      { json: "{workspaceRoot}/nx.json", excludeFields: ["parallel"] },
      { json: "{workspaceRoot}/whole.json" },
      { externalDependencies: [] },
    ];
    expect(inputsOf(inputs)).toEqual({
      filesets: [positive(["whole.json"])],
      env: [],
      tools: [],
      probes: ["node --version"],
      jsonFields: [
        { pattern: String.raw`apps/\[app\]/package.json`, fields: ["version"], excludeFields: [] },
        { pattern: "nx.json", fields: undefined, excludeFields: ["parallel"] },
      ],
    });
  });

  test("secret variables are named in the metadata of the target", () => {
    const build: TargetConfiguration = {
      inputs: [{ env: "WEBHOOK" }, { externalDependencies: [] }],
      metadata: { slipway: { secrets: ["WEBHOOK"] } },
    };
    expect(derive({ app: { root: "app", targets: { build } } })["app:build"]?.inputs).toEqual({
      filesets: [],
      env: ["WEBHOOK"],
      tools: [],
      secrets: ["WEBHOOK"],
    });
  });

  test("definitions are named there too, count by their fields, and are no files beside that", () => {
    const build: TargetConfiguration = {
      inputs: ["{projectRoot}/**/*", { externalDependencies: [] }],
      metadata: ownDeclarations([
        { file: "{projectRoot}/app.yml", excludeFields: ["description"] },
        { file: "{workspaceRoot}/base/base.yml", excludeFields: [] },
      ]),
    };
    expect(derive({ app: { root: "app", targets: { build } } })["app:build"]?.inputs).toEqual({
      filesets: [positive(["app/**/*", "!app/app.yml", "!base/base.yml"])],
      env: [],
      tools: [],
      jsonFields: [
        { pattern: "app/app.yml", fields: undefined, excludeFields: ["description"] },
        { pattern: "base/base.yml", fields: undefined, excludeFields: [] },
      ],
    });
  });

  const namedInputs = JSON.parse(
    '{ "a": ["b"], "b": ["{projectRoot}/x", "c"], "c": ["b"], "odd": 5 }',
  ) as NamedInputs;
  test.each<[TargetConfiguration, unknown]>([
    [
      { inputs: [{ workingDirectory: "relative" }] },
      { reason: "input-unsupported", input: '{"workingDirectory":"relative"}' },
    ],
    [
      { metadata: { slipway: { secret: "NPM_TOKEN" } } },
      { reason: "input-unsupported", input: '{"slipway":{"secret":"NPM_TOKEN"}}' },
    ],
    [
      { inputs: ["no-such-input"] },
      {
        reason: "named-input-unknown",
        name: "no-such-input",
        known: ["a", "b", "c", "default", "odd"],
      },
    ],
    [
      { inputs: ["constructor"] },
      {
        reason: "named-input-unknown",
        name: "constructor",
        known: ["a", "b", "c", "default", "odd"],
      },
    ],
    [{ inputs: ["a"] }, { reason: "named-input-cycle", path: ["b", "c", "b"] }],
    ...["null", "5", '{"env":5}', '{"fileset":null}', '{"json":"a","fields":"b"}'].map(
      (input): [TargetConfiguration, unknown] => [
        asWritten(`{ "inputs": [${input}] }`),
        { reason: "input-unsupported", input },
      ],
    ),
    [{ inputs: ["odd"] }, { reason: "input-unsupported", input: '{"odd":5}' }],
    ...[
      ["inputs", '"x"'],
      ["outputs", "[null]"],
      ["dependsOn", "[null]"],
      ["dependsOn", '[{"target":5}]'],
      ["executor", "5"],
    ].map(([field, found]): [TargetConfiguration, unknown] => [
      asWritten(`{ "${field}": ${found} }`),
      { reason: "target-malformed", field, found },
    ]),
  ])("%j has no place in a signature", (target, failure) => {
    const projects = {
      app: { root: "app", targets: { build: target } },
      other: { root: "other", targets: { build: {} } },
    };
    const { definitions, failures } = deriveTargets(graphOf(projects), namedInputs);
    expect(definitions.map(({ id }) => id)).toEqual(["other:build"]);
    expect([...failures]).toEqual([["app:build", { ...Object(failure), target: "app:build" }]]);
  });
});

test("a project whose folder has signs of a replacement in its name has its own files and outputs", () => {
  const root = "apps/$$id$&";
  const build = {
    inputs: ["{projectRoot}/x"],
    outputs: ["{projectRoot}/dist"],
    options: { cwd: "{projectRoot}", of: "{projectName}" },
  };
  const { inputs, outputs, options } =
    derive({ "$&": { root, targets: { build } } })["$&:build"] ?? {};
  expect(pathMatcher(inputs?.filesets[0]?.patterns ?? [])(`${root}/x`)).toBe(true);
  expect([outputs, options]).toEqual([[`${root}/dist`], { cwd: root, of: "$&" }]);
});

test("named inputs that each name the next one twice are expanded once each", () => {
  const groups = Object.fromEntries(
    Array.from({ length: 60 }, (_, at) => [`g${at}`, [`g${at + 1}`, `g${at + 1}`]]),
  );
  expect(inputsOf(["g0"], { ...groups, g60: ["{projectRoot}/x"] })?.filesets[0]).toEqual(
    inputsOf(["{projectRoot}/x"])?.filesets[0],
  );
});

test("named inputs that ask for themselves in what a project needs end, in a circle too", () => {
  const names = Array.from({ length: 40 }, (_, at) => `p${at}`);
  const projects = Object.fromEntries(
    names.map((name, at) => {
      const needs = [...names.slice(at + 1), "p0"];
      return [name, { root: name, targets: at === 0 ? { build: { inputs: ["own"] } } : {}, needs }];
    }),
  );
  const derived = derive(projects, { own: ["{projectRoot}/x", "^own"] })["p0:build"];
  const own = derived?.inputs.filesets.flatMap(({ patterns }) => patterns);
  expect(own?.filter((pattern) => pattern.endsWith("/x"))).toEqual(
    expect.arrayContaining(names.map((name) => `${name}/x`)),
  );
});

function upstreamsOf(dependsOn: TargetConfiguration["dependsOn"]): readonly string[] | undefined {
  return derive({
    base: { root: "base", targets: { image: {}, "image-check": {} }, tags: ["agents"] },
    between: { root: "between", targets: {}, needs: ["base"], tags: [] },
    registry: { root: "registry", targets: { serve: { continuous: true } }, tags: [] },
    app: {
      root: "app",
      targets: { load: { ...(dependsOn && { dependsOn }) }, image: {} },
      needs: ["between", "npm:zod"],
    },
  })["app:load"]?.upstreams;
}

describe("upstreams", () => {
  test.each([
    [["image"], ["app:image"]],
    [["^image"], ["base:image"]],
    [["base:image"], ["base:image"]],
    [[{ target: "image", projects: ["base", "app"] }], ["base:image", "app:image"]],
    [[{ target: "image", projects: "tag:agents" }], ["base:image"]],
    [[{ target: "image*", dependencies: true }], ["base:image", "base:image-check"]],
    [[{ target: "serve", projects: "registry" }], []],
    [["no-such-target"], []],
    [["toString", { target: "toString", projects: ["constructor"] }], []],
  ])("of %j are %j", (dependsOn, expected) => {
    expect(upstreamsOf(dependsOn)).toEqual(expected);
  });
});

test("only projects of ours have definitions, and what they build on", () => {
  const projects = {
    ours: {
      root: "ours",
      targets: { load: { dependsOn: ["theirs:build"] }, serve: { continuous: true } },
    },
    theirs: { root: "theirs", targets: { build: {}, lint: {} }, tags: [] },
  };
  expect(Object.keys(derive(projects))).toEqual(["ours:load", "theirs:build"]);
});

test("placeholders in options and outputs stand for the project, never for a place on this machine", () => {
  const target: TargetConfiguration = {
    executor: "@slipway/executors:pack",
    cache: true,
    options: {
      from: "{projectRoot}/src",
      names: ["{projectName}"],
      root: "{workspaceRoot}/x",
      depth: 1,
    },
    configurations: { release: { depth: 2 } },
    defaultConfiguration: "release",
    outputs: ["{projectRoot}/dist/pack", "{workspaceRoot}/dist/{projectName}.json"],
    inputs: [{ externalDependencies: [] }],
  };
  expect(derive({ app: { root: "apps/app", targets: { pack: target } } })["app:pack"]).toEqual({
    id: "app:pack",
    project: "app",
    projectRoot: "apps/app",
    executor: "@slipway/executors:pack",
    options: { from: "apps/app/src", names: ["app"], root: "x", depth: 2 },
    inputs: { filesets: [], env: [], tools: [] },
    outputs: ["apps/app/dist/pack", "dist/app.json"],
    upstreams: [],
    isCached: true,
  });
});
