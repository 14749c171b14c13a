import { execFileSync } from "node:child_process";
import { chmodSync, globSync, readFileSync, renameSync, statSync, utimesSync } from "node:fs";
import path from "node:path";
import type { ProjectGraph, ProjectGraphProjectNode, TargetConfiguration } from "@nx/devkit";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { never, openGitRig, openRig } from "../test/rig.ts";
import type { Rig } from "../test/rig.ts";
import { actionsFolder, recordActions } from "./action-records.ts";
import { digestOf, hexOf } from "./digest.ts";
import { executorSource } from "./executor-source.ts";
import { ownDeclarations } from "./own-declarations.ts";
import { allSigned } from "./sign-targets.ts";
import type { SignedTarget } from "./sign-targets.ts";
import { signWorkspace } from "./sign-workspace.ts";
import { renderSignatures, writeSignatures } from "./signature-file.ts";
import { openTree } from "./tree/open-tree.ts";

/** What is beside the files: what projects declare, and the variables. */
type World = {
  readonly targets: Readonly<Record<string, TargetConfiguration>>;
  readonly environment: Readonly<Record<string, string>>;
};

const roots: Readonly<Record<string, string>> = {
  base: "base",
  app: "app",
  inner: "app/inner",
  lib: "lib",
};

const world: World = {
  targets: {
    "base:build": {
      executor: "@slipway/executors:pack",
      cache: true,
      inputs: ["{projectRoot}/**/*", ...executorSource("pack", []), { externalDependencies: [] }],
    },
    "app:build": {
      executor: "@slipway/executors:pack",
      cache: true,
      dependsOn: ["^build"],
      options: { level: 1, nested: { a: 1, b: 2 } },
      outputs: ["{projectRoot}/dist/build"],
      inputs: [
        "sources",
        ...executorSource("pack", []),
        { env: "MODE" },
        { env: "NPM_TOKEN" },
        { runtime: "cat tool.version" },
        { json: "{workspaceRoot}/package.json", fields: ["engines"] },
        { fileset: "{projectRoot}/generated/**/*", includeIgnored: true },
        { externalDependencies: ["tar"] },
      ],
    },
    "app:test": {
      executor: "nx:noop",
      dependsOn: ["build"],
      inputs: [{ externalDependencies: [] }],
    },
    "inner:build": {
      executor: "@slipway/executors:image",
      cache: true,
      inputs: ["{projectRoot}/**/*", ...executorSource("image", []), { externalDependencies: [] }],
    },
    "lib:build": {
      executor: "@slipway/executors:image",
      cache: true,
      metadata: ownDeclarations(
        ["yml", "toml", "json"].map((ending) => ({
          file: `{projectRoot}/lib.${ending}`,
          excludeFields: ["description", "parts.*.description"],
        })),
      ),
      inputs: ["{projectRoot}/**/*", ...executorSource("image", []), { externalDependencies: [] }],
    },
  },
  environment: { MODE: "fast", NPM_TOKEN: "hunter2", PATH: process.env["PATH"] ?? "" },
};

const namedInputs = { sources: ["{projectRoot}/**/*", "!{projectRoot}/**/*.test.ts"] };

const all = Object.keys(world.targets).toSorted();
const ofApp = ["app:build", "app:test"];
const ofBase = ["app:build", "app:test", "base:build"];

const files = {
  ".gitignore": ".slipway\ngenerated\n*.log\n",
  "package.json": '{ "name": "fleet", "engines": { "node": "26", "npm": "11" } }',
  "package-lock.json": '{"packages":{"node_modules/tar":{"version":"1.0.0"}}}',
  "tool.version": "1.2.3",
  "app/a.ts": "a",
  "app/b.ts": "b",
  "app/run.sh": "#!/bin/sh\n",
  "app/a.test.ts": "test",
  "app/generated/out.ts": "out",
  "app/inner/i.ts": "i",
  "base/x": "x",
  "base/.gitattributes": "*.txt -text\n*.md text\n",
  "base/notes.md": "one\ntwo\n",
  "base/lines.txt": "one\ntwo\n",
  "lib/l.ts": "l",
  "lib/lib.yml":
    "# What is built.\nname: lib\ndescription: all of it\nparts: [{ id: a }, { id: b }]\n",
  "lib/lib.toml": 'name = "lib"\nlevel = 1\n',
  "lib/lib.json": '{ "name": "lib", "level": 1 }',
  "lib/\u00E9": "",
  "other/y": "y",
  "tools/executors/pack/executor.ts": "pack",
  "tools/executors/image/executor.ts": "image",
  "tools/executors/session/session.ts": "session",
};

function graphOf({ targets }: World): ProjectGraph {
  const entries = Object.entries(targets);
  const nodes = Object.entries(roots).map(([name, root]): [string, ProjectGraphProjectNode] => {
    const own = entries
      .filter(([id]) => id.startsWith(`${name}:`))
      .map(([id, target]): [string, TargetConfiguration] => [id.slice(name.length + 1), target]);
    const data = { root, tags: ["slipway"], targets: Object.fromEntries(own) };
    return [name, { name, type: "lib" as const, data }];
  });
  return {
    nodes: Object.fromEntries(nodes),
    dependencies: { app: [{ type: "static", source: "app", target: "base" }] },
  };
}

type Signatures = ReadonlyMap<string, string>;

/** With the digests that the last signing of this folder left behind. */
async function signAll(
  root: string,
  of: World = world,
): Promise<ReadonlyMap<string, SignedTarget>> {
  const cacheFile = path.join(root, ".slipway", "tree.bin");
  const tree = await openTree(root, { cacheFile, signal: never });
  if (!tree.ok) throw new Error(tree.failure.reason);
  const { environment } = of;
  const graph = graphOf(of);
  const from = { tree: tree.value, graph, namedInputs, environment, signal: never };
  const signed = await signWorkspace(from);
  await tree.value.save();
  const found = signed.ok ? allSigned(signed.value) : signed;
  if (!found.ok) throw new Error(JSON.stringify(found.failure));
  return found.value;
}

async function sign(root: string, of: World = world): Promise<Signatures> {
  const signed = await signAll(root, of);
  return new Map([...signed].map(([id, { signature }]) => [id, signature]));
}

function changedIds(before: Signatures, after: Signatures): readonly string[] {
  return [...before.keys()].filter((id) => before.get(id) !== after.get(id)).toSorted();
}

type Change = (rig: Rig) => World | undefined | void;

async function check(change: Change, expected: readonly string[]): Promise<void> {
  using rig = openGitRig(files);
  rig.link("app/link", "a.ts");
  rig.makeExecutable("app/run.sh");
  const before = await sign(rig.root);
  const after = await sign(rig.root, change(rig) ?? world);
  expect([...after.keys()].toSorted()).toEqual(all);
  expect(changedIds(before, after)).toEqual(expected);
}

function move(rig: Rig, from: string, to: string): void {
  renameSync(path.join(rig.root, from), path.join(rig.root, to));
}

function withTarget(id: string, change: Partial<TargetConfiguration>): World {
  return { ...world, targets: { ...world.targets, [id]: { ...world.targets[id], ...change } } };
}

function withVariables(change: Readonly<Record<string, string | undefined>>): World {
  const entries = Object.entries({ ...world.environment, ...change });
  const set = entries.flatMap(([name, value]): readonly [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return { ...world, environment: Object.fromEntries(set) };
}

/** The bytes of a file are others, and its size and times are not. */
function changeUnseen(rig: Rig, file: string, text: string): void {
  const { atime, mtime } = statSync(path.join(rig.root, file));
  rig.write(file, text);
  utimesSync(path.join(rig.root, file), atime, mtime);
}

describe("changes exactly the signatures that it should:", () => {
  const table: Readonly<Record<string, readonly [change: Change, expected: readonly string[]]>> = {
    "one byte of a file": [(rig) => rig.write("app/a.ts", "A"), ofApp],
    "one byte, with the size and times restored": [
      (rig) => changeUnseen(rig, "app/a.ts", "A"),
      ofApp,
    ],
    "a byte more": [(rig) => rig.write("app/a.ts", "a\n"), ofApp],
    "the contents of two files, swapped": [
      (rig) => {
        rig.write("app/a.ts", "b");
        rig.write("app/b.ts", "a");
      },
      ofApp,
    ],
    "a file that is executable now": [(rig) => rig.makeExecutable("app/a.ts"), ofApp],
    "a file that is no longer executable": [
      (rig) => rig.makeExecutable("app/run.sh", false),
      ofApp,
    ],
    "another name": [(rig) => move(rig, "app/b.ts", "app/c.ts"), ofApp],
    "another name by case alone": [(rig) => move(rig, "app/b.ts", "app/B.ts"), ofApp],
    "another name, in another normal form of Unicode": [
      (rig) => move(rig, "lib/\u00E9", "lib/e\u0301"),
      ["lib:build"],
    ],
    "a move to another project": [
      (rig) => move(rig, "app/b.ts", "lib/b.ts"),
      [...ofApp, "lib:build"],
    ],
    "a move into a nested project": [
      (rig) => move(rig, "app/b.ts", "app/inner/b.ts"),
      [...ofApp, "inner:build"],
    ],
    "a new file that git does not know": [(rig) => rig.write("app/new.ts", ""), ofApp],
    "a removed file": [(rig) => rig.remove("app/b.ts"), ofApp],
    "a file that git has no longer ignored": [
      (rig) => {
        rig.write("app/x.log", "");
        rig.write(".gitignore", ".slipway\ngenerated\n");
      },
      ofApp,
    ],
    "an ignored file that is declared": [(rig) => rig.write("app/generated/out.ts", "O"), ofApp],
    "a symlink that points elsewhere": [(rig) => rig.link("app/link", "b.ts"), ofApp],
    "a symlink in place of a file with the same bytes": [
      (rig) => {
        move(rig, "app/a.ts", "other/a.ts");
        rig.link("app/a.ts", "../other/a.ts");
      },
      ofApp,
    ],
    "a file in place of a symlink": [
      (rig) => {
        rig.remove("app/link");
        rig.write("app/link", "a");
      },
      ofApp,
    ],
    "a folder in place of a file": [
      (rig) => {
        rig.remove("app/b.ts");
        rig.write("app/b.ts/b.ts", "b");
      },
      ofApp,
    ],
    "a file of a nested project": [(rig) => rig.write("app/inner/i.ts", "I"), ["inner:build"]],
    "ends of lines in a file that is not declared text": [
      (rig) => rig.write("base/lines.txt", "one\r\ntwo\r\n"),
      ofBase,
    ],
    "a file of an upstream": [(rig) => rig.write("base/x", "X"), ofBase],
    "the executor's own source": [
      (rig) => rig.write("tools/executors/pack/executor.ts", "new"),
      ofBase,
    ],
    "the source that executors share": [
      (rig) => rig.write("tools/executors/session/session.ts", "new"),
      all,
    ],
    "the locked version of a tool": [
      (rig) => rig.write("package-lock.json", files["package-lock.json"].replace("1.0.0", "1.0.1")),
      ofApp,
    ],
    "what a probe prints": [(rig) => rig.write("tool.version", "1.2.4"), ofApp],
    "a field of a JSON file": [
      (rig) => rig.write("package.json", files["package.json"].replace("26", "27")),
      ofApp,
    ],
    "what a definition in YAML says": [
      (rig) => rig.write("lib/lib.yml", files["lib/lib.yml"].replace("name: lib", "name: bib")),
      ["lib:build"],
    ],
    "the order of a list in a definition": [
      (rig) =>
        rig.write(
          "lib/lib.yml",
          files["lib/lib.yml"].replace("{ id: a }, { id: b }", "{ id: b }, { id: a }"),
        ),
      ["lib:build"],
    ],
    "what a definition in TOML says": [
      (rig) => rig.write("lib/lib.toml", files["lib/lib.toml"].replace("1", "2")),
      ["lib:build"],
    ],
    "what a definition in JSON says": [
      (rig) => rig.write("lib/lib.json", files["lib/lib.json"].replace("1", "2")),
      ["lib:build"],
    ],
    "a definition that can no longer be read": [
      (rig) => rig.write("lib/lib.yml", "name: [lib\n"),
      ["lib:build"],
    ],
    "a definition that is gone": [(rig) => rig.remove("lib/lib.toml"), ["lib:build"]],
    "a variable's value": [() => withVariables({ MODE: "slow" }), ofApp],
    "a variable that is empty": [() => withVariables({ MODE: "" }), ofApp],
    "a variable that is unset": [() => withVariables({ MODE: undefined }), ofApp],
    "a secret": [() => withVariables({ NPM_TOKEN: "hunter3" }), ofApp],
    "the user's salt": [() => withVariables({ SLIPWAY_SALT: "again" }), all],
    "an option": [
      () => withTarget("app:build", { options: { level: 2, nested: { a: 1, b: 2 } } }),
      ofApp,
    ],
    "an option deep inside": [
      () => withTarget("app:build", { options: { level: 1, nested: { a: 1, b: 3 } } }),
      ofApp,
    ],
    "another executor": [
      () => withTarget("base:build", { executor: "@slipway/executors:image" }),
      ofBase,
    ],
    "another command for a probe, which prints the same": [
      () =>
        withTarget("app:build", {
          inputs: (world.targets["app:build"]?.inputs ?? []).map((input) =>
            typeof input === "object" && "runtime" in input
              ? { runtime: "head -c 9 tool.version" }
              : input,
          ),
        }),
      ofApp,
    ],
    "an output": [() => withTarget("app:build", { outputs: ["{projectRoot}/dist/other"] }), ofApp],
    "no cache any more": [() => withTarget("lib:build", { cache: false }), ["lib:build"]],
    "an upstream less": [() => withTarget("app:build", { dependsOn: [] }), ofApp],
    "an upstream more": [
      () => withTarget("inner:build", { dependsOn: [{ projects: ["lib"], target: "build" }] }),
      ["inner:build"],
    ],
    "a pattern that takes a file out": [
      () =>
        withTarget("lib:build", {
          inputs: ["!{projectRoot}/l.ts", ...(world.targets["lib:build"]?.inputs ?? [])],
        }),
      ["lib:build"],
    ],
  };
  test.each(Object.entries(table))("%s", async (_, [change, expected]) => {
    await check(change, expected.toSorted());
  });
});

describe("changes no signature:", () => {
  const table: Readonly<Record<string, Change>> = {
    nothing: () => undefined,
    "new times": (rig) => utimesSync(path.join(rig.root, "app/a.ts"), 0, 0),
    "the same bytes, written again": (rig) => rig.write("app/a.ts", "a"),
    "bits of the mode other than the owner's executable one": (rig) => {
      chmodSync(path.join(rig.root, "app/a.ts"), 0o400);
      chmodSync(path.join(rig.root, "app/run.sh"), 0o700);
    },
    "a file that is replaced by a folder and comes back": (rig) => {
      rig.remove("app/b.ts");
      rig.write("app/b.ts/b.ts", "b");
      rig.remove("app/b.ts");
      rig.write("app/b.ts", "b");
    },
    "a commit": (rig) => rig.git("commit", "-qm", "all"),
    "a file that git no longer tracks and does not ignore": (rig) =>
      rig.git("rm", "-q", "--cached", "app/a.ts"),
    "files that are no inputs": (rig) => {
      rig.write("other/y", "Y");
      rig.write("app/a.test.ts", "T");
      rig.write("app/x.log", "log");
      rig.write("app/generated2", "");
      rig.remove("app/generated2");
    },
    "what is behind a symlink": (rig) => {
      rig.link("lib/l", "../other/y");
      rig.remove("lib/l");
      rig.write("other/y", "Y");
    },
    "ends of lines in a file that is declared text": (rig) =>
      rig.write("base/notes.md", "one\r\ntwo\r\n"),
    "an empty folder": (rig) => {
      rig.write("app/empty/x", "");
      rig.remove("app/empty/x");
    },
    "fields of a JSON file that do not count, the order of keys, white space": (rig) =>
      rig.write(
        "package.json",
        '{\n  "description": "new",\n  "engines": { "npm": "11",\n "node": "26" } }\n',
      ),
    "comments, the order of keys and descriptions in definitions": (rig) => {
      const parts = '- id: a\n  description: "first"\n- { "id": b }';
      rig.write("lib/lib.yml", `parts:\n${parts}\n"name": lib # as ever\ndescription: new\n`);
      rig.write("lib/lib.toml", 'level = 1 # as ever\ndescription = "new"\nname = "lib"\n');
      rig.write("lib/lib.json", '{\n  "level": 1,\n  "name": "lib", "description": "new"\n}\n');
    },
    "a lock of other packages": (rig) =>
      rig.write(
        "package-lock.json",
        '{"packages":{"node_modules/zip":{"version":"7.0.0"},"node_modules/tar":{"version":"1.0.0"}}}',
      ),
    "white space around what a probe prints": (rig) => rig.write("tool.version", "\n1.2.3 \n"),
    "variables that are not declared, locale and time zone among them": () =>
      withVariables({ LANG: "tr_TR.UTF-8", LC_ALL: "C", TZ: "Asia/Kathmandu", HOME: "/elsewhere" }),
    "the order of keys in options": () =>
      withTarget("app:build", { options: { nested: { b: 2, a: 1 }, level: 1 } }),
    descriptions: () => withTarget("app:build", { metadata: { description: "Packs the app." } }),
    "a variable that is declared secret": () =>
      withTarget("app:build", { metadata: { slipway: { secrets: ["MODE"] } } }),
    "the order of projects and targets": () => ({
      ...world,
      targets: Object.fromEntries(Object.entries(world.targets).toReversed()),
    }),
    "the order of inputs": () =>
      withTarget("base:build", { inputs: world.targets["base:build"]?.inputs?.toReversed() ?? [] }),
  };
  test.each(Object.entries(table))("%s", async (_, change) => {
    await check(change, []);
  });

  test.each(["022", "077"])("a clone elsewhere, with umask %s", async (umask) => {
    using rig = openGitRig(files);
    using elsewhere = openRig();
    rig.git("commit", "-qm", "all");
    const clone = `umask ${umask}; git clone -q "$0" clone && cp -r "$0/app/generated" clone/app`;
    execFileSync("sh", ["-c", clone, rig.root], { cwd: elsewhere.root });
    const there = await sign(path.join(elsewhere.root, "clone"));
    expect(changedIds(await sign(rig.root), there)).toEqual([]);
  });
});

test("a probe that fails fails the targets that declare it, and those behind them", async () => {
  using rig = openGitRig(files);
  rig.remove("tool.version");
  const tree = await openTree(rig.root, { cacheFile: undefined, signal: never });
  if (!tree.ok) throw new Error(tree.failure.reason);
  const { environment } = world;
  const from = { tree: tree.value, graph: graphOf(world), namedInputs, environment, signal: never };
  const signed = await signWorkspace(from);
  if (!signed.ok) throw new Error(signed.failure.reason);
  const states = [...signed.value].map(([id, target]) => [id, target.ok || target.failure.reason]);
  expect(Object.fromEntries(states)).toEqual({
    "app:build": "probe-failed",
    "app:test": "upstream-not-signed",
    "base:build": true,
    "inner:build": true,
    "lib:build": true,
  });
});

test("neither a secret nor its digest is in what is left on disk", async () => {
  using rig = openGitRig(files);
  const signed = await signAll(rig.root);
  const actions = await Promise.all([...signed.values()].map(async ({ action }) => action()));
  await recordActions(actionsFolder(rig.root), actions);
  const signatures = new Map([...signed].map(([id, { signature }]) => [id, signature]));
  const text = renderSignatures(signatures, new Map());
  await writeSignatures(path.join(rig.root, "dist/signatures.json"), text);
  const left = globSync("{.slipway,dist}/**/*", { cwd: rig.root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name)));
  expect(left.length).toBeGreaterThanOrEqual(all.length + 2);
  const holders = (wanted: string) => left.filter((bytes) => bytes.includes(wanted)).length;
  expect(holders('"value":"fast"')).toBe(1);
  expect(holders("hunter2")).toBe(0);
  expect(holders(hexOf(digestOf("hunter2")))).toBe(0);
});

/** The projects that files lie in, and one that is nobody's. */
const folders = ["app", "app/inner", "base", "lib", "other"];
const names = ["a", "B", "a.b", "\uFF5E", "\u{1F600}", "sub/a", "sub/\u00E9"];
const place = fc.record({ folder: fc.constantFrom(...folders), name: fc.constantFrom(...names) });
const content = fc.constantFrom("", "x", "y", "xy");
const trees = fc.uniqueArray(fc.tuple(place, content), {
  selector: ([{ folder, name }]) => `${folder}/${name}`,
  minLength: 1,
  maxLength: 8,
});

/** Who has the files of a folder, and who builds on those. */
const havers: Readonly<Record<string, readonly string[]>> = {
  app: ofApp,
  "app/inner": ["inner:build"],
  base: ofBase,
  lib: ["lib:build"],
  other: [],
};

const kinds = ["content", "mode", "delete", "rename", "link", "folder"] as const;

function mutate(rig: Rig, file: string, kind: (typeof kinds)[number]): void {
  const text = readFileSync(path.join(rig.root, file), "utf8");
  if (kind === "content") rig.write(file, `${text}!`);
  else if (kind === "mode") rig.makeExecutable(file);
  else if (kind === "link") rig.link(file, "target");
  else if (kind === "rename") move(rig, file, `${file}.renamed`);
  else {
    rig.remove(file);
    if (kind === "folder") rig.write(`${file}/x`, text);
  }
}

test("any one change of an included file changes exactly the targets that include it", async () => {
  await fc.assert(
    fc.asyncProperty(trees, fc.nat(), fc.constantFrom(...kinds), async (tree, pick, kind) => {
      using rig = openGitRig(files);
      for (const [{ folder, name }, text] of tree) rig.write(`${folder}/${name}`, text);
      const before = await sign(rig.root);
      const [{ folder, name }] = tree[pick % tree.length] ?? [{ folder: "other", name: "y" }];
      mutate(rig, `${folder}/${name}`, kind);
      const after = await sign(rig.root);
      expect(changedIds(before, after)).toEqual(havers[folder]);
    }),
    { numRuns: 15 },
  );
});

test("a task is guarded by all files that count, by their fields too", async () => {
  using rig = openGitRig(files);
  const signed = await signAll(rig.root);
  const read = await signed.get("lib:build")?.readFiles();
  const own = read?.files.map((file) => file.path).filter((file) => file.startsWith("lib/"));
  expect(own?.toSorted()).toEqual(
    Object.keys(files)
      .filter((file) => file.startsWith("lib/"))
      .toSorted(),
  );
  const byFields = read?.files.find((file) => file.path === "lib/lib.yml");
  expect(byFields).toMatchObject({ digest: digestOf(files["lib/lib.yml"]), executable: false });
  expect(read?.filesets.flatMap(({ patterns }) => patterns)).toContain("lib/lib.yml");
});
