import { expect, test } from "vitest";
import { never, openGitRig } from "../../test/rig.ts";
import { openTree } from "./open-tree.ts";

async function open(folder: string) {
  const tree = await openTree(folder, { cacheFile: undefined, signal: never });
  if (!tree.ok) throw new Error(tree.failure.reason);
  return tree.value;
}

test("a folder has one digest wherever it lies, and another after a change", async () => {
  using rig = openGitRig({ "a/x.txt": "x", "b/x.txt": "x", "b/c/y.txt": "y" });
  const tree = await open(rig.root);
  const a = await tree.digestOfFolder("a");
  // A file node of 77 bytes: name 7, digest 70 (hash 66, size 2); and 2 around it.
  expect(a).toMatchObject({ ok: true, value: { sizeBytes: 79 } });
  expect(await tree.digestOfFolder("b")).not.toEqual(a);
  rig.remove("b/c");
  expect(await (await open(rig.root)).digestOfFolder("b")).toEqual(a);
});

test("a folder that is not there has no version", async () => {
  using rig = openGitRig({ "a/x.txt": "x" });
  const tree = await open(rig.root);
  expect(tree.versionOf("b")).toBeUndefined();
  expect(tree.versionOf("a")).toEqual(expect.any(String));
  expect(tree.versionOf("")).toEqual(expect.any(String));
});

test("what is kept in the memo is found again", async () => {
  using rig = openGitRig({});
  const tree = await open(rig.root);
  tree.memo.set("key", "value");
  expect([tree.memo.get("key"), tree.memo.get("other")]).toEqual(["value", undefined]);
});
