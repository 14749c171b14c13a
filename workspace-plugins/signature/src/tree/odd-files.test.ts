import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { cacheOf, open, rootOf } from "../../test/tree-rig.ts";
import { never, openGitRig, openRig } from "../../test/rig.ts";
import type { Rig } from "../../test/rig.ts";
import { digestOf } from "../digest.ts";
import { openLooking } from "./look.ts";
import { openRecording } from "./record.ts";
import { surveyFolder } from "./survey-folder.ts";

async function paths(root: string): Promise<readonly string[]> {
  return (await open(root)).listing.files.map((file) => file.path);
}

describe.each([
  ["in a repository", openGitRig],
  ["outside of one", openRig],
] as const)("%s", (_, openAny) => {
  test("pipes, sockets and devices are left out and never opened", async () => {
    using rig = openAny({ "a.txt": "a" });
    execFileSync("mkfifo", [path.join(rig.root, "pipe")]);
    execFileSync("mknod", [path.join(rig.root, "null"), "c", "1", "3"]);
    const server = createServer().listen(path.join(rig.root, "socket"));
    await new Promise((resolve) => server.once("listening", resolve));
    expect(await paths(rig.root)).toEqual(["a.txt"]);
    const both = await rootOf(await open(rig.root));
    await new Promise((resolve) => server.close(resolve));
    for (const name of ["pipe", "null"]) unlinkSync(path.join(rig.root, name));
    expect(await rootOf(await open(rig.root))).toBe(both);
  });

  test("hard links are two files", async () => {
    using rig = openAny({ "a.txt": "a" });
    linkSync(path.join(rig.root, "a.txt"), path.join(rig.root, "b.txt"));
    const tree = await open(rig.root);
    const files = tree.listing.files.filter((file) => file.kind === "file");
    const { digests } = await tree.hash(rig.root, files, never);
    expect([...digests.values()].map((file) => [file.path, file.digest])).toEqual([
      ["a.txt", digestOf("a")],
      ["b.txt", digestOf("a")],
    ]);
  });

  test("a file of many GiB is digested in pieces", async () => {
    using rig = openAny({ large: "" });
    // Sparse, and small enough for a test: what is over a MiB goes the way of all sizes above.
    truncateSync(path.join(rig.root, "large"), 40 * 1024 ** 2);
    using cache = cacheOf(rig);
    cache.settle();
    const { tree } = await cache.open();
    const { digests } = await tree.hash(
      rig.root,
      tree.listing.files.filter((file) => file.kind === "file"),
      never,
    );
    expect(digests.get("large")?.digest).toBe(digestOf(Buffer.alloc(40 * 1024 ** 2)));
    expect((await cache.open()).tree.countBelow("").hashed).toBe(0);
  });
});

describe.each([
  ["in a repository", openGitRig],
  ["outside of one", openRig],
] as const)("what is no UTF-8, %s,", (_, openAny) => {
  const bad = Buffer.of(0xff);
  const at = (rig: Rig, name: string, end: string): Buffer =>
    Buffer.concat([Buffer.from(`${rig.root}/${name}`), bad, Buffer.from(end)]);

  test("is a failure for who needs it, and for nobody else", async () => {
    using rig = openAny({ "a.txt": "a", "good/b.txt": "b", "links/z": "z" });
    rig.link("links/b", "z");
    using cache = cacheOf(rig);
    cache.settle();
    await cache.open();
    const good = await rootOf(await open(rig.root), "good");
    writeFileSync(at(rig, "bad-", ".txt"), "");
    mkdirSync(at(rig, "bad-", ""));
    writeFileSync(at(rig, "bad-", "/c.txt"), "");
    symlinkSync(bad, path.join(rig.root, "links/a"));
    for (const tree of [
      await open(rig.root),
      (await cache.open()).tree,
      (await cache.open()).tree,
    ]) {
      const files = tree.listing.files.filter((file) => file.kind === "file");
      const { digests, failures } = await tree.hash(rig.root, files, never);
      expect([...digests.keys()]).toEqual(["a.txt", "good/b.txt", "links/z"]);
      expect([...failures.values()]).toEqual([
        { reason: "file-unreadable", path: "bad-\uFFFD", code: "not-utf8" },
        { reason: "file-unreadable", path: "bad-\uFFFD.txt", code: "not-utf8" },
        { reason: "file-unreadable", path: "links/a", code: "ELOOP" },
      ]);
      expect(await rootOf(tree, "good")).toBe(good);
      expect(await rootOf(tree, "links")).toBe("file-unreadable");
      expect(await rootOf(tree)).toBe("file-unreadable");
    }
  });

  test("in a link that led elsewhere leaves the other links as they are", async () => {
    using rig = openAny({ "a.txt": "a" });
    for (const name of ["b", "c"]) rig.link(name, "a.txt");
    using cache = cacheOf(rig);
    cache.settle();
    const { root } = await cache.open();
    rig.remove("b");
    symlinkSync(bad, path.join(rig.root, "b"));
    const { tree } = await cache.open();
    expect(tree.listing.files.filter((file) => file.kind === "symlink")).toEqual([
      { kind: "symlink", path: "c", target: "a.txt" },
    ]);
    rig.link("b", "a.txt");
    expect((await cache.open()).root).toBe(root);
  });
});

test("a name that is no UTF-8 is nothing where git ignores it", async () => {
  using rig = openGitRig({ ".gitignore": "*.log\n", "a.txt": "a" });
  const name = Buffer.concat([Buffer.from(`${rig.root}/bad-`), Buffer.of(0xff)]);
  writeFileSync(Buffer.concat([name, Buffer.from(".log")]), "");
  expect(await paths(rig.root)).toEqual([".gitignore", "a.txt"]);
});

test("what may not be read is a failure for who needs it, and for nobody else", () => {
  using rig = openRig({ "a.txt": "a", "closed.txt": "", "closed/b.txt": "", "dark/c.txt": "" });
  using cache = cacheOf(rig);
  chmodSync(rig.root, 0o755);
  chmodSync(path.dirname(cache.file), 0o777);
  chmodSync(path.join(rig.root, "closed.txt"), 0);
  chmodSync(path.join(rig.root, "closed"), 0);
  // May be listed, but not searched.
  chmodSync(path.join(rig.root, "dark"), 0o644);
  const first = inspectAsNobody(rig.root, cache.file);
  expect(first).toEqual({
    digests: ["a.txt"],
    failures: {
      closed: { reason: "file-unreadable", path: "closed", code: "EACCES" },
      "closed.txt": { reason: "file-unreadable", path: "closed.txt", code: "EACCES" },
      "dark/c.txt": { reason: "file-unreadable", path: "dark/c.txt", code: "EACCES" },
    },
    root: "file-unreadable",
  });
  expect(inspectAsNobody(rig.root, cache.file)).toEqual(first);
  for (const name of ["closed.txt", "closed", "dark"]) chmodSync(path.join(rig.root, name), 0o755);
  expect(inspectAsNobody(rig.root, cache.file)).toMatchObject({
    digests: ["a.txt", "closed.txt", "closed/b.txt", "dark/c.txt"],
    failures: {},
  });
});

/** In a process that is not root's: for root every file is open. */
function inspectAsNobody(root: string, cacheFile: string): unknown {
  const module = JSON.stringify(path.join(import.meta.dirname, "open-tree.ts"));
  const script = `
    const { openTree } = await import(${module});
    const { signal } = new AbortController();
    const [root, cacheFile] = process.argv.slice(1);
    const { value: tree } = await openTree(root, { cacheFile, hashesAll: true, signal });
    const { digests, failures } = await tree.hash(root, tree.listing.files, signal);
    const found = await tree.digestOfFolder("");
    await tree.save();
    const report = { digests: [...digests.keys()].sort(), failures: Object.fromEntries(failures) };
    console.log(JSON.stringify({ ...report, root: found.ok ? found.value.digest : found.failure.reason }));
  `;
  const args = ["--input-type=module", "-e", script, root, cacheFile];
  const isRoot = process.getuid?.() === 0;
  const nobody = 65_534;
  const output = execFileSync(process.execPath, args, {
    encoding: "utf8",
    ...(isRoot ? { uid: nobody, gid: nobody } : {}),
  });
  return JSON.parse(output);
}

test("a path beyond what the system takes is a failure that names it", async () => {
  using rig = openRig({ "a.txt": "a" });
  // Two paths within the limit; one below the other they are beyond it.
  const deep = Array.from({ length: 10 }, () => "x".repeat(250)).join("/");
  rig.write(`first/${deep}/b.txt`, "");
  rig.write(`second/${deep}/b.txt`, "");
  renameSync(path.join(rig.root, "second"), path.join(rig.root, `first/${deep}/second`));
  const tree = await open(rig.root);
  expect(await rootOf(tree)).toBe("file-unreadable");
  expect((await tree.digestOfFolder("")).ok).toBe(false);
  const { digests } = await tree.hash(
    rig.root,
    tree.listing.files.filter((file) => file.kind === "file" && file.path === "a.txt") as never,
    never,
  );
  expect(digests.get("a.txt")?.digest).toBe(digestOf("a"));
  execFileSync("rm", ["-rf", "first"], { cwd: rig.root });
});

describe("a folder swapped for a link", () => {
  function swap(rig: Rig): void {
    mkdirSync(path.join(rig.root, "outside"));
    writeFileSync(path.join(rig.root, "outside/a.txt"), "secret");
    renameSync(path.join(rig.root, "tree/folder"), path.join(rig.root, "aside"));
    symlinkSync("../outside", path.join(rig.root, "tree/folder"));
  }

  test("before it is read is a link, and nothing behind it is read", async () => {
    using rig = openRig({ "tree/folder/a.txt": "a" });
    const before = await open(path.join(rig.root, "tree"));
    swap(rig);
    const after = await open(path.join(rig.root, "tree"));
    expect(after.listing.files).toEqual([
      { kind: "symlink", path: "folder", target: "../outside" },
    ]);
    expect(await rootOf(after)).not.toBe(await rootOf(before));
  });

  test("when it was listed already is no folder to be read", () => {
    using rig = openRig({ "tree/folder/a.txt": "a" });
    swap(rig);
    let reads = 0;
    const root = path.join(rig.root, "tree");
    const opened = openRecording(
      openLooking({
        root,
        old: undefined,
        raceMs: Infinity,
        telling: undefined,
        hashes: true,
      }),
    );
    const { read } = opened;
    const recording = {
      ...opened,
      read: (...args: Parameters<typeof read>) => {
        reads += 1;
        return read(...args);
      },
    };
    const work = { path: "folder", listed: "a.txt", folders: "" };
    expect(surveyFolder(recording, work, undefined)).toBe("gone");
    expect(reads).toBe(0);
  });
});
