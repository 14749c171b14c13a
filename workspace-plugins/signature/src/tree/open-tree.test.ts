import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { never, openGitRig, openRig } from "../../test/rig.ts";
import type { Rig } from "../../test/rig.ts";
import { digestOf } from "../digest.ts";
import { cacheOf, open, rootOf } from "../../test/tree-rig.ts";
import type { Cached } from "../../test/tree-rig.ts";
import { openTree } from "./open-tree.ts";
import { readSnapshot } from "./snapshot-file.ts";
import type { Tree } from "./tree.ts";

describe("a folder", () => {
  test("has one digest wherever it lies, and another after a change", async () => {
    using rig = openGitRig({ "a/x.txt": "x", "b/x.txt": "x", "b/c/y.txt": "y" });
    const tree = await open(rig.root);
    const a = await tree.digestOfFolder("a");
    // A file node of 77 bytes: name 7, digest 70 (hash 66, size 2); and 2 around it.
    expect(a).toMatchObject({ ok: true, value: { sizeBytes: 79 } });
    expect(await tree.digestOfFolder("b")).not.toEqual(a);
    rig.remove("b/c");
    expect(await (await open(rig.root)).digestOfFolder("b")).toEqual(a);
  });

  test("that is not there has no version and no digest", async () => {
    using rig = openGitRig({ "a/x.txt": "x" });
    const tree = await open(rig.root);
    expect(tree.versionOf("b")).toBeUndefined();
    expect(tree.versionOf("a")).toMatch(/^[0-9a-f]{16}$/);
    expect(await rootOf(tree, "b")).toBe("folder-missing");
  });

  test("of a repository with nothing in it has a digest, and another with the first file", async () => {
    using rig = openGitRig();
    using cache = cacheOf(rig);
    cache.settle();
    const empty = await cache.open();
    expect(empty.root).toBe(`${digestOf("")}/0`);
    rig.write("a.txt", "");
    expect((await cache.open()).tree.listing.files.map((file) => file.path)).toEqual(["a.txt"]);
  });

  test("that is empty counts where git is not asked", async () => {
    using rig = openRig({ "a/x.txt": "x" });
    const before = await rootOf(await open(rig.root));
    mkdirSync(path.join(rig.root, "b"));
    const after = await rootOf(await open(rig.root));
    expect(after).not.toBe(before);
    rig.git("init", "-q");
    expect(await rootOf(await open(rig.root))).toBe(before);
  });

  test("that git took for none of a repository once is one again when it is", async () => {
    using rig = openGitRig({ "a.txt": "a", ".gitignore": "ignored\n", ignored: "" });
    using cache = cacheOf(rig);
    const [head, aside] = [".git/HEAD", ".git/aside"].map((name) => path.join(rig.root, name));
    renameSync(String(head), String(aside));
    const walked = (await cache.open()).root;
    renameSync(String(aside), String(head));
    const listed = await rootOf(await open(rig.root));
    expect(listed).not.toBe(walked);
    expect((await cache.open()).root).toBe(listed);
  });

  test("that has a repository no more, or has one, is as if nothing was known of it", async () => {
    using rig = openGitRig({ "a/x.txt": "x", ".gitattributes": "* text\n", "b.txt": "1\r\n" });
    mkdirSync(path.join(rig.root, "a/empty"));
    using cache = cacheOf(rig);
    const withGit = (await cache.open()).root;
    rig.remove(".git");
    const without = (await cache.open()).root;
    expect(without).toBe(await rootOf(await open(rig.root)));
    expect(without).not.toBe(withGit);
    rig.git("init", "-q");
    expect((await cache.open()).root).toBe(withGit);
  });
});

/** What changes, and whether the stat of a file shows it alone. */
const changes: readonly (readonly [string, (rig: Rig, at: (name: string) => string) => void])[] = [
  [
    "content of the same size with the old mtime",
    (rig, at) => {
      const { atimeMs, mtimeMs } = statSync(at("a.txt"));
      rig.write("a.txt", "A");
      utimesSync(at("a.txt"), atimeMs / 1000, mtimeMs / 1000);
    },
  ],
  ["an executable bit", (rig) => rig.makeExecutable("a.txt")],
  [
    "contents swapped by renames",
    (_, at) => {
      renameSync(at("a.txt"), at("c.txt"));
      renameSync(at("b.txt"), at("a.txt"));
      renameSync(at("c.txt"), at("b.txt"));
    },
  ],
  ["a file renamed to another case", (_, at) => renameSync(at("a.txt"), at("A.txt"))],
  [
    "a file renamed in a folder that has its old times again",
    (_, at) => {
      const { atimeMs, mtimeMs } = statSync(at("folder/deep"));
      renameSync(at("folder/deep/c.txt"), at("folder/deep/d.txt"));
      utimesSync(at("folder/deep"), atimeMs / 1000, mtimeMs / 1000);
    },
  ],
  ["a link retargeted", (rig) => rig.link("link", "b.txt")],
  [
    "a link replaced by a file",
    (rig) => {
      rig.remove("link");
      rig.write("link", "a");
    },
  ],
  [
    "a file replaced by a folder",
    (rig) => {
      rig.remove("a.txt");
      rig.write("a.txt/inner", "a");
    },
  ],
  [
    "a folder replaced by a file",
    (rig) => {
      rig.remove("folder");
      rig.write("folder", "a");
    },
  ],
  [
    "a folder replaced by a link to one like it",
    (rig) => {
      rig.write("other/deep/c.txt", "c");
      rig.link("folder", "other");
    },
  ],
  ["a new file in a new folder", (rig) => rig.write("new/deep/x.txt", "")],
  ["a new file in a folder that was empty", (rig) => rig.write("empty/x.txt", "")],
  [
    "a file replaced by a pipe",
    (rig, at) => {
      rig.remove("a.txt");
      execFileSync("mkfifo", [at("a.txt")]);
    },
  ],
  ["a file no longer ignored", (rig) => rig.write(".gitignore", "dist\n")],
  [
    "an ignored folder replaced by a file that is not",
    (rig) => {
      rig.remove("build");
      rig.write("build", "");
    },
  ],
  ["an ignored file that is tracked now", (rig) => rig.git("add", "-f", "x.log")],
  [
    "an ignored file by the excludes of the repository",
    (rig) => rig.write(".git/info/exclude", "untracked.txt\n"),
  ],
  [
    "another repository in it",
    (rig, at) => {
      execFileSync("git", ["init", "-q"], { cwd: at("folder/deep") });
      rig.git("rm", "-rq", "--cached", "folder");
      rig.write("folder/deep/.gitignore", "c.txt\n");
    },
  ],
];

describe("with a cache, a change is seen:", () => {
  test.for(changes)("%s", async ([, change]) => {
    using rig = openGitRig({
      ".gitignore": "*.log\ndist\nbuild/\n",
      "a.txt": "a",
      "b.txt": "b",
      "folder/deep/c.txt": "c",
      "x.log": "ignored",
      "dist/y": "ignored",
      "build/z": "ignored",
    });
    rig.link("link", "a.txt");
    rig.write("untracked.txt", "");
    mkdirSync(path.join(rig.root, "empty"));
    using cache = cacheOf(rig);
    cache.settle();
    const before = await cache.open();
    const again = await cache.open();
    expect(again.root).toBe(before.root);
    expect(again.tree.versionOf("")).toBe(before.tree.versionOf(""));
    change(rig, (name) => path.join(rig.root, name));
    const changed = await cache.open();
    const afresh = await open(rig.root);
    expect(changed.tree.listing.files).toEqual(afresh.listing.files);
    expect(changed.root).toBe(await rootOf(afresh));
    expect(changed.root).not.toBe(before.root);
    expect(changed.tree.versionOf("")).not.toBe(before.tree.versionOf(""));
    cache.settle();
    const settled = await cache.open();
    expect(settled.root).toBe(changed.root);
    expect(settled.tree.versionOf("")).toBe(changed.tree.versionOf(""));
  });
});

test("a change in the moment of the scan is seen by the next, though no stat tells", async () => {
  using rig = openGitRig({ "a.txt": "a" });
  using cache = cacheOf(rig);
  rig.write("a.txt", "1");
  const first = await cache.open();
  // Within one tick of the file system's clock, in most runs.
  rig.write("a.txt", "2");
  const second = await cache.open();
  rig.write("a.txt", "3");
  const third = await cache.open();
  expect(new Set([first.root, second.root, third.root]).size).toBe(3);
});

test("what was only touched keeps its digest and its version", async () => {
  using rig = openGitRig({ "a.txt": "a" });
  using cache = cacheOf(rig);
  cache.settle();
  const before = await cache.open();
  utimesSync(path.join(rig.root, "a.txt"), 1, 1);
  chmodSync(path.join(rig.root, "a.txt"), 0o640);
  const after = await cache.open();
  expect(after.root).toBe(before.root);
  expect(after.tree.versionOf("")).toBe(before.tree.versionOf(""));
});

test("a folder that was only touched, or has other names and then the same ones, is as it was", async () => {
  using rig = openGitRig({ "folder/a.txt": "a", "other/b.txt": "b" });
  using cache = cacheOf(rig);
  cache.settle();
  const before = await cache.open();
  utimesSync(path.join(rig.root, "folder"), 1, 1);
  rig.write("other/new.txt", "");
  rig.remove("other/new.txt");
  cache.settle();
  const after = await cache.open();
  expect([after.root, after.tree.versionOf("")]).toEqual([before.root, before.tree.versionOf("")]);
  rig.write("other/new.txt", "");
  expect((await cache.open()).root).toBe(await rootOf(await open(rig.root)));
});

describe("the cache file", () => {
  async function opened(use: (rig: Rig, cache: Cached, root: string) => Promise<void>) {
    using rig = openGitRig({ "a.txt": "a", "folder/b.txt": "b" });
    using cache = cacheOf(rig);
    cache.settle();
    const { root } = await cache.open();
    await use(rig, cache, root);
  }

  test("is not written when nothing was learnt", async () => {
    await opened(async (_, cache) => {
      const before = statSync(cache.file, { bigint: true });
      await cache.open();
      expect(statSync(cache.file, { bigint: true })).toMatchObject({
        ino: before.ino,
        mtimeNs: before.mtimeNs,
      });
    });
  });

  test("is left as it is by who is sparing until there is much to be found out again", async () => {
    const names = Array.from({ length: 250 }, (_, at) => `many/${at}.txt`);
    using rig = openGitRig({
      "a.txt": "a",
      ...Object.fromEntries(names.map((name) => [name, ""])),
    });
    using cache = cacheOf(rig);
    cache.settle();
    const before = await cache.open();
    const { ino } = statSync(cache.file);
    const openSparing = async (): Promise<{ hashed: number; isWritten: boolean; tree: Tree }> => {
      const tree = await cache.openUnsaved();
      expect(await rootOf(tree)).toBe(await rootOf(await open(rig.root)));
      await tree.save({ isSparing: true });
      const { hashed } = tree.countBelow("");
      return { hashed, isWritten: statSync(cache.file).ino !== ino, tree };
    };
    rig.write("a.txt", "1");
    expect(await openSparing()).toMatchObject({ hashed: 1, isWritten: false });
    const { hashed, isWritten, tree } = await openSparing();
    expect([hashed, isWritten]).toEqual([1, false]);
    expect(tree.versionOf("")).not.toBe(before.tree.versionOf(""));
    expect(tree.versionOf("many")).toBe(before.tree.versionOf("many"));
    for (const name of names) rig.write(name, "2");
    cache.settle();
    expect(await openSparing()).toMatchObject({ hashed: 251, isWritten: true });
    expect(await openSparing()).toMatchObject({ hashed: 0 });
  });

  test("is written by who is sparing with what is put beside, which holds for the version of then", async () => {
    await opened(async (rig, cache) => {
      rig.write("a.txt", "1");
      cache.settle();
      const tree = await cache.openUnsaved();
      tree.memo.set("key", tree.versionOf("") ?? "");
      await tree.save({ isSparing: true });
      const next = await cache.open();
      expect(next.tree.memo.get("key")).toBe(next.tree.versionOf(""));
    });
  });

  test.each([
    ["a file where its folder would be", (rig: Rig) => rig.write(".slipway", "")],
    ["a link to nowhere", (rig: Rig) => rig.link(".slipway", "/nonexistent/slipway")],
    ["a folder of its name", (rig: Rig) => rig.write(".slipway/tree.bin/x", "")],
  ])("that cannot be there, for %s, is done without", async (_, make) => {
    using rig = openGitRig({ "a.txt": "a", ".gitignore": ".slipway\n" });
    const before = await rootOf(await open(rig.root));
    make(rig);
    const cacheFile = path.join(rig.root, ".slipway/tree.bin");
    const found = await openTree(rig.root, { cacheFile, hashesAll: true, signal: never });
    if (!found.ok) throw new Error(found.failure.reason);
    expect(await rootOf(found.value)).toBe(before);
    await found.value.save();
    expect(readSnapshot(cacheFile)).toBeUndefined();
  });

  test("that is a pipe, or a link to somebody's file, is replaced by one of its own", async () => {
    using rig = openGitRig({ "a.txt": "a", ".gitignore": ".slipway\n", "theirs.txt": "theirs" });
    const cacheFile = path.join(rig.root, ".slipway/tree.bin");
    mkdirSync(path.dirname(cacheFile));
    for (const make of [
      () => execFileSync("mkfifo", [cacheFile]),
      () => rig.link(".slipway/tree.bin", "../theirs.txt"),
    ]) {
      make();
      const found = await openTree(rig.root, { cacheFile, hashesAll: true, signal: never });
      if (!found.ok) throw new Error(found.failure.reason);
      await found.value.save();
      expect(readSnapshot(cacheFile)).toBeDefined();
      expect(readFileSync(path.join(rig.root, "theirs.txt"), "utf8")).toBe("theirs");
      rig.remove(".slipway/tree.bin");
    }
  });

  test("is not trusted after a flipped bit or a cut", async () => {
    await opened(async (_, cache, root) => {
      const whole = readFileSync(cache.file);
      for (let at = 0; at < whole.length; at += 3) {
        const flipped = Buffer.from(whole);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
        // The fourth word says nothing.
        const says = at < 12 || at >= 16;
        writeFileSync(cache.file, flipped);
        expect(readSnapshot(cache.file) === undefined).toBe(says);
        writeFileSync(cache.file, whole.subarray(0, at));
        expect(readSnapshot(cache.file)).toBeUndefined();
      }
      expect((await cache.open()).root).toBe(root);
      expect(readSnapshot(cache.file)).toBeDefined();
    });
  });

  test("of another folder says nothing of this one", async () => {
    await opened(async (_, cache) => {
      using other = openGitRig({ "a.txt": "other", "folder/b.txt": "b" });
      const tree = await openTree(other.root, { cacheFile: cache.file, signal: never });
      const found = tree.ok ? await rootOf(tree.value) : tree.failure.reason;
      expect(found).toBe(await rootOf(await open(other.root)));
    });
  });

  test("is whole after writers at the same time", async () => {
    await opened(async (rig, cache, root) => {
      rig.write("folder/b.txt", "new");
      const roots = await Promise.all(
        Array.from({ length: 8 }, async () => (await cache.open()).root),
      );
      expect(new Set(roots).size).toBe(1);
      expect(roots[0]).not.toBe(root);
      expect((await cache.open()).root).toBe(roots[0]);
    });
  });

  test("keeps what others put beside, by key", async () => {
    await opened(async (rig, cache) => {
      const { tree } = await cache.open();
      tree.memo.set("key", "value");
      await tree.save();
      rig.write("new.txt", "");
      const next = await cache.open();
      expect([next.tree.memo.get("key"), next.tree.memo.get("other")]).toEqual([
        "value",
        undefined,
      ]);
    });
  });
});

test("the hasher of a tree answers from it, and for other folders from disk", async () => {
  using rig = openGitRig({ "a.txt": "a" });
  using other = openRig({ "a.txt": "other" });
  const tree = await open(rig.root);
  const files = tree.listing.files.filter((file) => file.kind === "file");
  const own = await tree.hash(rig.root, files, never);
  expect(own.digests.get("a.txt")?.digest).toBe(digestOf("a"));
  const foreign = await tree.hash(other.root, files, never);
  expect(foreign.digests.get("a.txt")?.digest).toBe(digestOf("other"));
});

test("a stop ends the scan", async () => {
  using rig = openGitRig({ "a.txt": "a" });
  const stopped = AbortSignal.abort(new Error("stopped"));
  await expect(openTree(rig.root, { cacheFile: undefined, signal: stopped })).rejects.toThrow(
    "stopped",
  );
});

test("what is kept of a workspace is no part of it, whether its git ignores it or not", async () => {
  using rig = openGitRig({ "a.txt": "a" });
  const openKept = async () => {
    const cacheFile = path.join(rig.root, ".slipway", "tree.bin");
    const opened = await openTree(rig.root, { cacheFile, signal: never });
    if (!opened.ok) throw new Error(opened.failure.reason);
    await opened.value.save();
    return opened.value.listing.files.map((file) => file.path);
  };
  expect([await openKept(), await openKept()]).toEqual([["a.txt"], ["a.txt"]]);
});
