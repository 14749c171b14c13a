import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { takeLock } from "./lock.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "slipway-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("one has it at a time, and the next when it is given up", () => {
  const file = path.join(folder, "deep", "run.lock");
  {
    using first = takeLock(file);
    expect(first).toBeDefined();
    expect(takeLock(file)).toBeUndefined();
  }
  using next = takeLock(file);
  expect(next).toBeDefined();
});

test("a process that was killed has it no more", () => {
  const file = path.join(folder, "run.lock");
  const source = `import { takeLock } from ${JSON.stringify(path.join(import.meta.dirname, "lock.ts"))};
    if (takeLock(${JSON.stringify(file)}) === undefined) process.exit(1);
    process.kill(process.pid, "SIGKILL");`;
  const { signal } = spawnSync(process.execPath, ["--input-type=module", "--eval", source]);
  expect(signal).toBe("SIGKILL");
  using next = takeLock(file);
  expect(next).toBeDefined();
});
