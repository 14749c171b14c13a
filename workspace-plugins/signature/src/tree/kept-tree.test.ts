import { linkSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { never, openGitRig } from "../../test/rig.ts";
import type { Rig } from "../../test/rig.ts";
import { KeptTree } from "./kept-tree.ts";
import { openTree } from "./open-tree.ts";

function keep({ root }: Rig, largeTree = 1000) {
  const cacheFile = path.join(root, ".slipway/tree.bin");
  const ownFile = path.join(root, ".slipway/own.bin");
  return { kept: new KeptTree(root, { cacheFile, ownFile, largeTree, signal: never }), cacheFile };
}

async function digest(read: ReturnType<KeptTree["read"]>, folder = "") {
  const tree = await read;
  return tree.ok ? tree.value.digestOfFolder(folder) : tree;
}

test("only the folders that are said to have changed are looked at", async () => {
  using rig = openGitRig({ ".gitignore": ".slipway\n", "a/x": "x", "b/y": "y" });
  const { kept } = keep(rig);
  const before = await digest(kept.read("all"));
  rig.write("a/x", "other");
  expect(await digest(kept.read(new Set(["b"])))).toEqual(before);
  expect(await digest(kept.read(new Set(["a"])))).not.toEqual(before);
  rig.write("a/x", "x");
  expect(await digest(kept.read("all"))).toEqual(before);
});

test.each([
  ["here", 1000],
  ["in a process of its own", 0],
])("a new name makes it ask again which count, and look at all, %s", async (_, largeTree) => {
  using rig = openGitRig({ ".gitignore": ".slipway\nout\n", "a/x": "x", "b/y": "y" });
  const { kept } = keep(rig, largeTree);
  await kept.read("all");
  rig.write("a/new/z", "z");
  rig.write("b/y", "other");
  const fresh = await digest(openTree(rig.root, { cacheFile: undefined, signal: never }));
  expect(await digest(kept.read(new Set(["a"])))).toEqual(fresh);
  expect([...kept.folders()].toSorted()).toEqual(["", "a", "a/new", "b"]);
  expect(kept.fileCount()).toBe(4);
});

test("folders with a file that has a second name are told", async () => {
  using rig = openGitRig({ ".gitignore": ".slipway\n", "a/x": "x", "b/y": "y" });
  linkSync(path.join(rig.root, "a/x"), path.join(rig.root, "a/second"));
  const { kept } = keep(rig);
  await kept.read("all");
  expect(kept.sharedFolders()).toEqual(["a"]);
});

test("other rules are noticed", async () => {
  using rig = openGitRig({ ".gitignore": ".slipway\n", "a/x": "x" });
  const { kept } = keep(rig);
  expect(kept.isHolding()).toBe(false);
  await kept.read("all");
  rig.write(".git/info/exclude", "a\n");
  expect(kept.isHolding()).toBe(false);
});

test("the cache file is written when it has another version, and what others keep in it stays", async () => {
  using rig = openGitRig({ ".gitignore": ".slipway\n", "a/x": "x" });
  const { kept, cacheFile } = keep(rig);
  await kept.read("all");
  const version = await kept.save();
  const written = statSync(cacheFile).ino;
  expect(await kept.save()).toBe(version);
  expect(statSync(cacheFile).ino).toBe(written);

  const other = await openTree(rig.root, { cacheFile, version, signal: never });
  if (!other.ok) throw new Error(other.failure.reason);
  other.value.memo.set("key", "kept");
  await other.value.save();
  const theirs = statSync(cacheFile).ino;
  expect(await kept.save()).toBe(version);
  expect(statSync(cacheFile).ino).toBe(theirs);

  for (const text of ["other", "another"]) {
    rig.write("a/x", text);
    await kept.read(new Set(["a"]));
    const next = await kept.save();
    expect(next).not.toBe(version);
    const later = await openTree(rig.root, { cacheFile, version: next, signal: never });
    expect(later.ok && later.value.memo.get("key")).toBe("kept");
  }
});

test("a version that the cache file does not have is no reason to look at nothing", async () => {
  using rig = openGitRig({ ".gitignore": ".slipway\n", "a/x": "x" });
  const { kept, cacheFile } = keep(rig);
  await kept.read("all");
  const version = await kept.save();
  rig.write("a/x", "other");
  const fresh = await digest(openTree(rig.root, { cacheFile: undefined, signal: never }));
  const stale = await digest(openTree(rig.root, { cacheFile, version, signal: never }));
  expect(stale).not.toEqual(fresh);
  expect(await digest(openTree(rig.root, { cacheFile, version: "0", signal: never }))).toEqual(
    fresh,
  );
  writeFileSync(cacheFile, "damaged");
  expect(await digest(openTree(rig.root, { cacheFile, version, signal: never }))).toEqual(fresh);
});
