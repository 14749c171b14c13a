import { expect, test } from "vitest";
import { never, openGitRig } from "../test/rig.ts";
import { hashInProcess } from "./hash-files.ts";
import { openInputFiles } from "./input-files.ts";
import type { Remembered } from "./input-root-memo.ts";
import { listFiles } from "./listing.ts";
import type { Fileset } from "./target.ts";

const app: Fileset = { patterns: ["app/**/*", "!app/*.md"], includesIgnored: false };
const other: Fileset = { patterns: ["other/x.txt"], includesIgnored: false };
const ignored: Fileset = { patterns: ["app/out/**"], includesIgnored: true };
const all: Fileset = { patterns: ["**/*.txt"], includesIgnored: false };
const absent: Fileset = { patterns: ["absent/**"], includesIgnored: false };

/** Versions are what the test says they are, so a root that does not fit the files shows where it came from. */
function openMemo(): Remembered & { readonly versions: Map<string, string> } {
  const kept = new Map<string, string>();
  const versions = new Map([
    ["", "1"],
    ["app", "1"],
    ["other", "1"],
  ]);
  return {
    versions,
    versionOf: (folder) => versions.get(folder),
    memo: { get: (key) => kept.get(key), set: (key, value) => void kept.set(key, value) },
  };
}

async function rootOf(root: string, group: readonly Fileset[], remembered?: Remembered) {
  const asked: string[] = [];
  const listing = await listFiles(root, never);
  if (!listing.ok) throw new Error(listing.failure.reason);
  const files = await openInputFiles(
    [group],
    {
      listing: listing.value,
      hash: async (folder, some, signal) => {
        asked.push(...some.map((file) => file.path));
        return hashInProcess(folder, some, signal);
      },
      ...remembered,
    },
    never,
  );
  const digest = files.rootOf(group);
  if (!digest.ok) throw new Error(digest.failure.reason);
  return { root: digest.value, files, asked };
}

const tree = { ".gitignore": "out\n", "app/a.txt": "a", "app/b.md": "b", "other/x.txt": "x" };

test("while its folders have the versions they had, a root is remembered and no file is read", async () => {
  using rig = openGitRig(tree);
  const memo = openMemo();
  const first = await rootOf(rig.root, [app, other], memo);
  expect(first.asked).toEqual(["app/a.txt", "other/x.txt"]);
  const again = await rootOf(rig.root, [app, other], memo);
  expect([again.root, again.asked]).toEqual([first.root, []]);
  expect(await again.files.filesOf([app, other])).toEqual(await first.files.filesOf([app, other]));
});

test("another version of any of its folders, or another pattern, is matched anew", async () => {
  using rig = openGitRig(tree);
  const memo = openMemo();
  const first = await rootOf(rig.root, [app, other], memo);
  memo.versions.set("other", "2");
  rig.write("other/x.txt", "new");
  const changed = await rootOf(rig.root, [app, other], memo);
  expect(changed.root).not.toEqual(first.root);
  expect(changed.root).toEqual((await rootOf(rig.root, [app, other])).root);
  expect((await rootOf(rig.root, [app], memo)).asked).toEqual(["app/a.txt"]);
});

test("a folder that comes into being is another version", async () => {
  using rig = openGitRig(tree);
  const memo = openMemo();
  const none = await rootOf(rig.root, [absent], memo);
  rig.write("absent/new.txt", "new");
  memo.versions.set("absent", "1");
  expect((await rootOf(rig.root, [absent], memo)).root).not.toEqual(none.root);
});

test("a pattern that can match anywhere goes by the version of the whole tree", async () => {
  using rig = openGitRig(tree);
  const memo = openMemo();
  await rootOf(rig.root, [all], memo);
  expect((await rootOf(rig.root, [all], memo)).asked).toEqual([]);
  memo.versions.set("", "2");
  expect((await rootOf(rig.root, [all], memo)).asked).toEqual(["app/a.txt", "other/x.txt"]);
});

test("filesets with ignored files are never remembered: no version counts those", async () => {
  using rig = openGitRig(tree);
  rig.write("app/out/made.txt", "made");
  const memo = openMemo();
  await rootOf(rig.root, [app, ignored], memo);
  const again = await rootOf(rig.root, [app, ignored], memo);
  expect(again.asked).toEqual(["app/a.txt", "app/out/made.txt"]);
});
