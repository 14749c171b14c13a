import { expect, test } from "vitest";
import { never, openGitRig } from "../test/rig.ts";
import type { Rig } from "../test/rig.ts";
import { graphKey, isGraphSettled } from "./graph-key.ts";
import { openTree } from "./tree/open-tree.ts";

const files = {
  "nx.json": '{"plugins":["@slipway/packages/plugin"]}',
  "package.json": '{"name":"w"}',
  ".gitignore": "dist\n.env\n.local.env\n.env.local\nnode_modules\n",
  "app/aigogo.json": "{}",
  "app/main.py": "print(1)",
  "app/base.yml": "",
  "tools/executors/hooks/plugin.ts": "",
  "tools/executors/hooks/plugin.test.ts": "",
};

async function keyOf(rig: Rig, environment: Readonly<Record<string, string>> = {}) {
  const tree = await openTree(rig.root, { cacheFile: undefined, signal: never });
  if (!tree.ok) throw new Error(tree.failure.reason);
  return graphKey(tree.value, environment, never);
}

test.each<[string, (rig: Rig) => void]>([
  ["a definition is edited", (rig) => rig.write("app/aigogo.json", '{"name":"a"}')],
  ["a definition is added", (rig) => rig.write("lib/agent.yml", "")],
  ["a definition is removed", (rig) => rig.remove("app/aigogo.json")],
  ["a definition is moved", (rig) => (rig.remove("app/base.yml"), rig.write("lib/base.yml", ""))],
  ["a definition becomes a link", (rig) => rig.link("app/base.yml", "main.py")],
  ["nx.json is edited", (rig) => rig.write("nx.json", '{"plugins":[]}')],
  ["a package is added", (rig) => rig.write("lib/package.json", "{}")],
  ["a project is added", (rig) => rig.write("lib/project.json", "{}")],
  ["the lock is added", (rig) => rig.write("package-lock.json", "{}")],
  ["an ignore file is edited", (rig) => rig.write("app/.gitignore", "x")],
  ["Nx is told to ignore", (rig) => rig.write(".nxignore", "app")],
  ["a plugin's code is edited", (rig) => rig.write("tools/executors/hooks/plugin.ts", "1")],
  ["a plugin's code is added", (rig) => rig.write("workspace-plugins/images/src/plugin.ts", "")],
  ["a variable is set by an ignored file", (rig) => rig.write(".env.local", "A=1")],
  ["another Nx is installed", (rig) => rig.write("node_modules/nx/package.json", "{}")],
])("the key is another when %s", async (_, edit) => {
  using rig = openGitRig(files);
  const before = await keyOf(rig);
  edit(rig);
  expect(await keyOf(rig)).not.toBe(before);
});

test("the key is another with a variable that Nx makes graphs by, and with no other", async () => {
  using rig = openGitRig(files);
  const before = await keyOf(rig);
  expect(await keyOf(rig, { NX_INFER_ALL_PACKAGE_JSONS: "true" })).not.toBe(before);
  expect(await keyOf(rig, { NX_VERBOSE_LOGGING: "true", HOME: "/" })).toBe(before);
});

test.each<[string, (rig: Rig) => void]>([
  ["a source file is edited", (rig) => rig.write("app/main.py", "print(2)")],
  ["a source file is added", (rig) => rig.write("app/more.py", "")],
  ["a test of a plugin is edited", (rig) => rig.write("tools/executors/hooks/plugin.test.ts", "1")],
  ["an output is written", (rig) => rig.write("app/dist/package.json", "{}")],
  ["a definition is written again as it was", (rig) => rig.write("app/aigogo.json", "{}")],
])("the key is the same when %s", async (_, edit) => {
  using rig = openGitRig(files);
  const before = await keyOf(rig);
  edit(rig);
  expect(await keyOf(rig)).toBe(before);
});

test("with a plugin that is not ours every path counts, and the content of all that configures", async () => {
  using rig = openGitRig({
    ...files,
    "nx.json": '{"plugins":[{"plugin":"@nx/js"}]}',
    "a.yaml": "",
  });
  const keys = [await keyOf(rig)];
  const edits: readonly (() => void)[] = [
    () => rig.write("app/more.py", ""),
    () => rig.write("a.yaml", "a: 1"),
    () => rig.write("app/.babelrc", "{}"),
  ];
  for (const edit of edits) {
    edit();
    keys.push(await keyOf(rig));
  }
  expect(new Set(keys).size).toBe(keys.length);
  rig.write("app/more.py", "1");
  expect(await keyOf(rig)).toBe(keys.at(-1));
});

test("a graph made after the last change is settled, and one that was made before is not", async () => {
  using rig = openGitRig(files);
  const tree = await openTree(rig.root, { cacheFile: undefined, signal: never });
  if (!tree.ok) throw new Error(tree.failure.reason);
  expect(isGraphSettled(tree.value, Date.now() + 60_000)).toBe(true);
  expect(isGraphSettled(tree.value, Date.now() - 60_000)).toBe(false);
});
