import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { takeLock } from "./lock.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "ao-lock-"));
  file = path.join(folder, "local.lock");
});
afterEach(() => rm(folder, { recursive: true }));

test("of two that want it at once one has it, and the other is told who", async () => {
  const taken = await Promise.all([takeLock(file), takeLock(file)]);
  expect(taken.filter(({ ok }) => ok)).toHaveLength(1);
  expect(taken.find(({ ok }) => !ok)).toMatchObject({
    failure: { reason: "ao-deploy-running", pid: process.pid },
  });
});

test("given back, it leaves nothing behind and can be taken again", async () => {
  const first = await takeLock(file);
  if (first.ok) await first.value[Symbol.asyncDispose]();
  expect(await readdir(folder)).toEqual([]);
  expect((await takeLock(file)).ok).toBe(true);
});

test("the lock of a process that died is taken over", async () => {
  // Larger than any process id of Linux, macOS or Windows.
  await writeFile(file, "999999999");
  expect((await takeLock(file)).ok).toBe(true);
});
