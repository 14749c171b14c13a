import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { cacheOf, open, rootOf } from "../../test/tree-rig.ts";
import { never, openGitRig } from "../../test/rig.ts";
import type { Rig } from "../../test/rig.ts";
import { digestOf } from "../digest.ts";

function openWithSubmodule(): {
  readonly rig: Rig;
  readonly git: (...args: readonly string[]) => string;
} & Disposable {
  const library = openGitRig({ "lib.c": "int x;\n", "deep/more.c": "" });
  library.git("commit", "-qm", "library");
  const rig = openGitRig({ "a.txt": "a" });
  rig.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", library.root, "sub");
  rig.git("commit", "-qm", "with a submodule");
  const identity = ["-c", "user.name=rig", "-c", "user.email=rig@localhost"];
  return {
    rig,
    git: (...args) =>
      execFileSync("git", [...identity, ...args], {
        cwd: path.join(rig.root, "sub"),
        stdio: "pipe",
        encoding: "utf8",
      }).trim(),
    [Symbol.dispose]: () => {
      rig[Symbol.dispose]();
      library[Symbol.dispose]();
    },
  };
}

test("a submodule is its commit while its checkout is clean", async () => {
  using both = openWithSubmodule();
  const { rig, git } = both;
  const text = `Subproject commit ${git("rev-parse", "HEAD")}\n`;
  const tree = await open(rig.root);
  const files = tree.listing.files.filter((file) => file.kind === "file");
  expect(files.map((file) => file.path)).toEqual([".gitmodules", "a.txt", "sub"]);
  const { digests } = await tree.hash(rig.root, files, never);
  expect(digests.get("sub")).toEqual({
    path: "sub",
    digest: digestOf(text),
    sizeBytes: text.length,
    isExecutable: false,
  });
});

test("with local changes its files count, and the commit again when they are gone", async () => {
  using both = openWithSubmodule();
  const { rig, git } = both;
  using cache = cacheOf(rig);
  cache.settle();
  const clean = await cache.open();
  expect((await cache.open()).root).toBe(clean.root);
  rig.write("sub/deep/more.c", "int y;\n");
  const dirty = await cache.open();
  expect(dirty.root).not.toBe(clean.root);
  expect(dirty.tree.listing.files.map((file) => file.path)).toEqual([
    ".gitmodules",
    "a.txt",
    "sub/deep/more.c",
    "sub/lib.c",
  ]);
  expect(dirty.tree.versionOf("")).not.toBe(clean.tree.versionOf(""));
  rig.write("sub/deep/more.c", "int z;\n");
  expect((await cache.open()).root).not.toBe(dirty.root);
  git("checkout", "-q", ".");
  const again = await cache.open();
  expect(again.root).toBe(clean.root);
  rig.write("sub/new.c", "");
  const untracked = await cache.open();
  expect(untracked.root).not.toBe(clean.root);
  expect(untracked.root).toBe(await rootOf(await open(rig.root)));
});

test("another commit is another ingredient, though no file of the outer repository moved", async () => {
  using both = openWithSubmodule();
  const { rig, git } = both;
  using cache = cacheOf(rig);
  cache.settle();
  const before = await cache.open();
  git("commit", "-q", "--allow-empty", "-m", "empty");
  const after = await cache.open();
  expect(after.root).not.toBe(before.root);
  git("reset", "-q", "--soft", "HEAD~1");
  expect((await cache.open()).root).toBe(before.root);
});

test("one that is not checked out has nothing, and is seen when it comes", async () => {
  using both = openWithSubmodule();
  const { rig } = both;
  using cache = cacheOf(rig);
  cache.settle();
  const there = await cache.open();
  rig.git("submodule", "deinit", "-q", "-f", "sub");
  const gone = await cache.open();
  expect(gone.tree.listing.files.map((file) => file.path)).toEqual([".gitmodules", "a.txt"]);
  rig.git("-c", "protocol.file.allow=always", "submodule", "update", "-q", "--init");
  expect((await cache.open()).root).toBe(there.root);
});
