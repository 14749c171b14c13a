import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { createNodes } from "./plugin.ts";

async function infer(files: Readonly<Record<string, string>>) {
  const workspaceRoot = mkdtempSync(path.join(tmpdir(), "slipway-pipelines-"));
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(workspaceRoot, file)), { recursive: true });
      writeFileSync(path.join(workspaceRoot, file), text);
    }
    return await createNodes[1](Object.keys(files), undefined, {
      workspaceRoot,
      nxJsonConfiguration: {},
    });
  } finally {
    rmSync(workspaceRoot, { recursive: true });
  }
}

async function namesIn(files: Readonly<Record<string, string>>): Promise<readonly unknown[]> {
  const nodes = await infer(files);
  return nodes.flatMap(([, { projects = {} }]) =>
    Object.entries(projects).map(([root, { name }]) => [root, name]),
  );
}

test("a cig.toml makes its folder a project with a cached signature target", async () => {
  const [[file, { projects = {} }] = ["", {}]] = await infer({ "examples/pipeline/cig.toml": "" });
  expect(file).toBe("examples/pipeline/cig.toml");
  expect(projects).toMatchObject({
    "examples/pipeline": {
      name: "pipeline",
      root: "examples/pipeline",
      tags: ["slipway"],
      targets: {
        signature: {
          executor: "@slipway/executors:signature",
          cache: true,
          outputs: ["{projectRoot}/dist/signatures.json"],
        },
      },
    },
  });
});

test("at the root the project has the name that the file says, whatever the folder is called", async () => {
  const named = 'version = "0.2"\n[project]\nname = "fleet"\n[jobs.a]\nsteps = [{ run = "x" }]\n';
  expect(await namesIn({ "cig.toml": named })).toEqual([[".", "fleet"]]);
  expect(await namesIn({ "cig.toml": "broken" })).toEqual([[".", "pipeline"]]);
});

test("copies in dist and node_modules are none, and the order of the files makes no difference", async () => {
  const files = {
    "b/cig.toml": "",
    "a/cig.toml": "",
    "a/dist/cig.toml": "",
    "node_modules/x/cig.toml": "",
  };
  expect(await namesIn(files)).toEqual([
    ["a", "a"],
    ["b", "b"],
  ]);
});

/** Without those of the executor's own code, as one text each. */
async function inputsIn(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const nodes = await infer(files);
  const targets = nodes.flatMap(([, { projects = {} }]) =>
    Object.values(projects).map((project) => project.targets?.["signature"]),
  );
  return (targets[0]?.inputs ?? [])
    .map((input) => (typeof input === "string" ? input : JSON.stringify(input)))
    .filter((input) => !/tools\/executors|workspace-plugins/.test(input));
}

const keyed = [
  '{"fileset":"{workspaceRoot}/.slipway/facts/SLIPWAY_OWN_A__SIGNATURE","includeIgnored":true}',
  '{"externalDependencies":[]}',
];

test("it declares the files of all jobs, those of its own folder as such, and the fact that it is keyed by", async () => {
  const text = `[source_file_groups]
locks = ["*.lock", "@more"]
more = ["a/b/**"]
[jobs.x]
source_files = ["@locks", "!a/b/c", "src/**"]
[jobs.y]
skip_if = { paths_unmodified = ["docs/**"] }
`;
  expect(await inputsIn({ "a/cig.toml": text })).toEqual([
    "{projectRoot}/cig.toml",
    "{projectRoot}/cig.lock",
    "{workspaceRoot}/*.lock",
    "{projectRoot}/b/**",
    "{workspaceRoot}/docs/**",
    "{workspaceRoot}/src/**",
    ...keyed,
  ]);
  const nested = await inputsIn({ "a/cig.toml": text, "a/b/package.json": "{}" });
  expect(nested[3]).toBe("{workspaceRoot}/a/b/**");
});

test("a job that declares no files reads all, and a broken file none", async () => {
  const open = '[jobs.x]\nsource_files = ["a/**"]\n[jobs.y]\nsteps = []\n';
  const own = ["{projectRoot}/cig.toml", "{projectRoot}/cig.lock"];
  expect(await inputsIn({ "a/cig.toml": open })).toEqual([
    ...own,
    "{workspaceRoot}/**/*",
    ...keyed,
  ]);
  expect(await inputsIn({ "a/cig.toml": "broken" })).toEqual([...own, ...keyed]);
});

const rendering = `version = "0.2"
[jobs.a]
steps = [{ run = "make" }, { uses = "github:actions/setup-node@v4" }]
[[outputs]]
provider = "github"
path = ".github/workflows/{workflow}.yml"
`;

async function targetsIn(text: string) {
  const nodes = await infer({ "a/cig.toml": text });
  return nodes.flatMap(([, { projects = {} }]) =>
    Object.values(projects).map(({ targets }) => targets),
  )[0];
}

/** Without those of our own code. */
function filesOf(inputs: readonly unknown[] = []): readonly unknown[] {
  return inputs.filter(
    (input) => typeof input === "string" && !/tools\/executors|workspace-plugins/.test(input),
  );
}

test("what has outputs is planned, which is cached, and rendered, which looks at the files each time", async () => {
  const targets = await targetsIn(rendering);
  expect(targets).toMatchObject({
    plan: { cache: true, outputs: ["{projectRoot}/dist/plan"] },
    render: { cache: false, dependsOn: ["plan"], configurations: { check: { check: true } } },
  });
  expect(filesOf(targets?.["plan"]?.inputs)).toEqual([
    "{projectRoot}/cig.toml",
    "{projectRoot}/cig.lock",
  ]);
  expect(Object.keys((await targetsIn('[jobs.a]\nsteps = [{ run = "make" }]\n')) ?? {})).toEqual([
    "signature",
  ]);
});

test.each([
  ["a package", rendering.replace("steps", 'packages = ["node"]\nsteps')],
  ["a module", rendering.replace("github:actions/setup-node@v4", "lang/node@^1.0")],
  ["a plugin", `${rendering}[plugins."policy/security"]\n`],
])("with %s every file may matter but those that are rendered", async (_, text) => {
  expect(filesOf((await targetsIn(text))?.["plan"]?.inputs)).toEqual([
    "{projectRoot}/cig.toml",
    "{projectRoot}/cig.lock",
    "{workspaceRoot}/**/*",
    "!{workspaceRoot}/.github/workflows/*.yml",
  ]);
});
