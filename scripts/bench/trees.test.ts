import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { openTree, removeTree } from "./trees.ts";

const shape = { files: 120, sizeBytes: 64 };

function openGround(): Bench & Disposable & { readonly said: readonly string[] } {
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-bench-trees-"));
  const trees = path.join(folder, "trees");
  mkdirSync(trees);
  const said: string[] = [];
  return {
    folder,
    trees,
    signal: new AbortController().signal,
    scale: 1,
    rounds: undefined,
    programs: { measure: "", floor: "" },
    say: (line) => void said.push(line),
    said,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

function git(folder: string, ...words: readonly string[]): string {
  return execFileSync("git", words, { cwd: folder, encoding: "utf8" });
}

test("a tree has the same files with the same bytes wherever it is made, and all are committed", async () => {
  using ground = openGround();
  using other = openGround();
  const [one, two] = [await openTree(ground, shape), await openTree(other, shape)];
  const committed = git(one.folder, "rev-parse", "HEAD^{tree}");
  expect(git(two.folder, "rev-parse", "HEAD^{tree}")).toBe(committed);
  expect(git(one.folder, "status", "--porcelain")).toBe("");
  const listed = readFileSync(one.list, "utf8").trimEnd().split("\n");
  expect(listed.length).toBe(one.files);
  expect(listed.toSorted()).toEqual(git(one.folder, "ls-files").trimEnd().split("\n").toSorted());
});

test("git sees one file that is changed, and nothing when it has its bytes back", async () => {
  using ground = openGround();
  const tree = await openTree(ground, shape);
  tree.change();
  const first = git(tree.folder, "status", "--porcelain");
  const hash = git(tree.folder, "hash-object", first.slice(3).trimEnd());
  tree.change();
  expect(git(tree.folder, "hash-object", first.slice(3).trimEnd())).not.toBe(hash);
  expect(first).toBe(" M packages/p0/src/m0/f60.ts\n");
  await tree.restore();
  expect(git(tree.folder, "status", "--porcelain")).toBe("");
});

test("a finished tree is taken again with its own bytes, an unfinished one is made anew", async () => {
  using ground = openGround();
  const tree = await openTree(ground, shape);
  tree.change();
  await openTree(ground, shape);
  expect(git(tree.folder, "status", "--porcelain")).toBe("");
  expect(ground.said.length).toBe(1);
  rmSync(tree.list);
  writeFileSync(path.join(tree.folder, "rest"), "");
  await openTree(ground, shape);
  expect(ground.said.length).toBe(2);
  expect(git(tree.folder, "status", "--porcelain")).toBe("");
  removeTree(ground, shape);
  expect(() => readFileSync(tree.list)).toThrow("ENOENT");
});
