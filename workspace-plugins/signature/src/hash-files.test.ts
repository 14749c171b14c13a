import { describe, expect, test } from "vitest";
import { never, openRig } from "../test/rig.ts";
import type { Rig } from "../test/rig.ts";
import { digestOf } from "./digest.ts";
import { hashAsPays, hashInProcess } from "./hash-files.ts";
import type { FileHasher } from "./file-hasher.ts";
import { joinHashPool, openHashPool } from "./hash-pool.ts";
import type { RegularFile } from "./listing.ts";

function regular(name: string): RegularFile {
  return { kind: "file", path: name, isExecutable: false, sizeBytes: 1 };
}

function fill(rig: Rig): readonly RegularFile[] {
  const names = Array.from({ length: 1100 }, (_, at) => `folder-${at % 7}/file ${at}.txt`);
  for (const [at, name] of names.entries()) rig.write(name, `content ${at}`);
  rig.write("large", Buffer.alloc(3 * 1024 ** 2 + 1, "large"));
  rig.write("empty", "");
  rig.makeExecutable("empty");
  return [...names, "large", "empty"].map(regular);
}

async function digest(hash: FileHasher, rig: Rig, files: readonly RegularFile[]) {
  const result = await hash(rig.root, files, never);
  const failures = [...result.failures.values()];
  if (failures.length > 0) return { failures, digested: [...result.digests.keys()] };
  return [...result.digests.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

test("a pool, this thread and the choice between them give equal digests", async () => {
  using rig = openRig();
  const files = fill(rig);
  await using pool = await openHashPool({ threads: 2 });
  const inProcess = await digest(hashInProcess, rig, files);
  expect(inProcess).toContainEqual({
    path: "large",
    digest: digestOf(Buffer.alloc(3 * 1024 ** 2 + 1, "large")),
    sizeBytes: 3 * 1024 ** 2 + 1,
    isExecutable: false,
  });
  expect(inProcess).toContainEqual({
    path: "empty",
    digest: digestOf(""),
    sizeBytes: 0,
    isExecutable: true,
  });
  expect(inProcess).toHaveLength(1102);
  expect(await digest(pool.hash, rig, files)).toEqual(inProcess);
  expect(await digest(hashAsPays, rig, files)).toEqual(inProcess);
});

test("who needs the pool of the process while another has it gets the same, and a later one another", async () => {
  using rig = openRig({ "a.txt": "a" });
  const first = await joinHashPool();
  const second = await joinHashPool();
  expect(second.hash).toBe(first.hash);
  await first[Symbol.asyncDispose]();
  expect(await digest(second.hash, rig, [regular("a.txt")])).toMatchObject([
    { digest: digestOf("a") },
  ]);
  await second[Symbol.asyncDispose]();
  await using third = await joinHashPool();
  expect(third.hash).not.toBe(first.hash);
});

test("so many bytes that a pool pays are digested all the same", async () => {
  using rig = openRig({ "a.txt": "a" });
  const large = { ...regular("a.txt"), sizeBytes: 1024 ** 3 };
  expect(await digest(hashAsPays, rig, [large])).toEqual([
    { path: "a.txt", digest: digestOf("a"), sizeBytes: 1, isExecutable: false },
  ]);
});

describe.each(["in-process", "pool"] as const)("the conformance of the %s hasher", (kind) => {
  async function withHasher<Value>(use: (hash: FileHasher) => Promise<Value>): Promise<Value> {
    if (kind === "in-process") return use(hashInProcess);
    await using pool = await openHashPool({ threads: 1 });
    return await use(pool.hash);
  }

  test("a file that is gone is a failure that names it, and the others are digested", async () => {
    using rig = openRig({ "a.txt": "" });
    await withHasher(async (hash) => {
      expect(await digest(hash, rig, [regular("a.txt"), regular("gone.txt")])).toEqual({
        failures: [{ reason: "file-unreadable", path: "gone.txt", code: "ENOENT" }],
        digested: ["a.txt"],
      });
    });
  });

  test("what has become a symlink is not followed", async () => {
    using rig = openRig({ "a.txt": "" });
    rig.link("link", "a.txt");
    await withHasher(async (hash) => {
      expect(await digest(hash, rig, [regular("link")])).toMatchObject({
        failures: [{ reason: "file-unreadable", path: "link" }],
      });
    });
  });

  test("a stop ends it", async () => {
    using rig = openRig({ "a.txt": "" });
    const stopped = AbortSignal.abort(new Error("stopped"));
    await withHasher(async (hash) => {
      await expect(hash(rig.root, [regular("a.txt")], stopped)).rejects.toThrow("stopped");
    });
  });
});
