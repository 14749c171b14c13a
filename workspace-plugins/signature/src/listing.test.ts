import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { never, openGitRig, openRig } from "../test/rig.ts";
import { filesUnder, listFiles, listIgnored } from "./listing.ts";

async function list(root: string): Promise<readonly unknown[]> {
  const listing = await listFiles(root, never);
  if (!listing.ok) throw new Error(listing.failure.reason);
  return listing.value.files;
}

async function paths(root: string): Promise<readonly string[]> {
  const listing = await listFiles(root, never);
  return listing.ok ? listing.value.files.map((file) => file.path) : [listing.failure.reason];
}

describe("in a git repository", () => {
  test("tracked and untracked files are listed as they are on disk, ignored and deleted ones are not", async () => {
    using rig = openGitRig({
      "b.txt": "b",
      "run.sh": "run",
      "gone.txt": "",
      ".gitignore": "*.log\n",
    });
    rig.remove("gone.txt");
    rig.write("a.log", "ignored");
    rig.write("new file é.txt", "new");
    rig.makeExecutable("run.sh");
    rig.link("link", "../out of here");
    expect(await list(rig.root)).toEqual([
      { kind: "file", path: ".gitignore", isExecutable: false, sizeBytes: 6 },
      { kind: "file", path: "b.txt", isExecutable: false, sizeBytes: 1 },
      { kind: "symlink", path: "link", target: "../out of here" },
      { kind: "file", path: "new file é.txt", isExecutable: false, sizeBytes: 3 },
      { kind: "file", path: "run.sh", isExecutable: true, sizeBytes: 3 },
    ]);
  });

  test("what was tracked below a folder that became a symlink is not read through it", async () => {
    using rig = openGitRig({ "folder/a.txt": "a", "other/a.txt": "other" });
    rig.link("folder", "other");
    expect(await paths(rig.root)).toEqual(["folder", "other/a.txt"]);
  });

  test("the files of a nested repository are listed with their own content", async () => {
    using rig = openGitRig({ "a.txt": "a" });
    rig.write("nested/b.txt", "b");
    execFileSync("git", ["init", "-q"], { cwd: path.join(rig.root, "nested") });
    expect(await paths(rig.root)).toEqual(["a.txt", "nested/b.txt"]);
  });

  test("a workspace below the root of its repository lists its own files, by its own paths", async () => {
    using rig = openGitRig({ "outside.txt": "", "workspace/a.txt": "" });
    expect(await paths(path.join(rig.root, "workspace"))).toEqual(["a.txt"]);
  });

  test("a name that is no UTF-8 is refused, not left out", async () => {
    using rig = openGitRig();
    writeFileSync(Buffer.concat([Buffer.from(`${rig.root}/bad-`), Buffer.from([0xff])]), "");
    expect(await listFiles(rig.root, never)).toEqual({
      ok: false,
      failure: { reason: "path-not-utf8", folder: rig.root, path: "bad-\uFFFD" },
    });
  });

  test("a broken repository is a failure and no empty listing", async () => {
    using rig = openGitRig({ "a.txt": "" });
    rig.write(".git/index", "broken");
    const listing = await listFiles(rig.root, never);
    expect(listing).toMatchObject({ ok: false, failure: { reason: "git-failed", exitCode: 128 } });
  });
});

test("outside a repository the folder is walked", async () => {
  using rig = openRig({ "b/c.txt": "", "a.txt": "", "node_modules/x.js": "", "b/dist/y": "" });
  rig.link("link", "a.txt");
  expect(await paths(rig.root)).toEqual(["a.txt", "b/c.txt", "link"]);
});

test("the order is that of bytes, not of UTF-16", async () => {
  using rig = openGitRig({ "\u{1F600}.txt": "", "\uFF5E.txt": "", "a.txt": "" });
  expect(await paths(rig.root)).toEqual(["a.txt", "\uFF5E.txt", "\u{1F600}.txt"]);
});

test("filesUnder has what lies below a folder and nothing of its neighbours", async () => {
  using rig = openGitRig({ "a-b/x": "", "a/x": "", "a/y/z": "", "a.txt": "", ab: "", a0: "" });
  const listing = await listFiles(rig.root, never);
  const found = listing.ok ? filesUnder(listing.value, "a").map((file) => file.path) : [];
  expect(found).toEqual(["a/x", "a/y/z"]);
});

test("listIgnored has what git ignores", () => {
  using rig = openGitRig({ ".gitignore": "dist\n" });
  mkdirSync(path.join(rig.root, "pkg/dist/empty"), { recursive: true });
  rig.write("pkg/dist/node_modules/a.js", "");
  const listing = listIgnored(rig.root, "pkg/dist");
  expect(listing.ok && listing.value.files.map((file) => file.path)).toEqual([
    "pkg/dist/node_modules/a.js",
  ]);
});

test("a stop ends the listing", async () => {
  using rig = openGitRig({ "a.txt": "" });
  await expect(listFiles(rig.root, AbortSignal.abort(new Error("stopped")))).rejects.toThrow(
    "stopped",
  );
});

test("where a folder of tracked files has become a file, the file is all that is there", async () => {
  using rig = openGitRig({ "a/b/c.txt": "c", "x.txt": "x" });
  rig.remove("a");
  rig.write("a", "now a file");
  const listing = await listFiles(rig.root, never);
  expect(listing.ok && listing.value.files.map((file) => file.path)).toEqual(["a", "x.txt"]);
});
