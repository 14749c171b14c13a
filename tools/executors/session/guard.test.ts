import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf, fail, ok, openStamps } from "@slipway/signature";
import type { Outcome, Result } from "@slipway/signature";
import type { Failure } from "@slipway/report";
import { afterEach, beforeEach, expect, test } from "vitest";
import { guardInputs } from "./guard.ts";

const never = new AbortController().signal;
const done = ok({ state: "done", cause: "packed", facts: {} } as const);
let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-guard-"));
  await write("a");
});
afterEach(async () => rm(root, { recursive: true }));

async function write(text: string): Promise<void> {
  await writeFile(path.join(root, "input"), text);
}

/** Guards one file while each run of the work does its part of `meanwhile`; answers with the number of runs too. */
async function guard(
  meanwhile: (run: number) => Promise<unknown>,
  answer: Result<Outcome, Failure> = done,
  sinceMs: number = Date.now() + 60_000,
): Promise<readonly [number, Result<Outcome, Failure>]> {
  const stamps = openStamps(root, { sinceMs, outputs: [] })({
    files: [{ path: "input", digest: digestOf("a"), sizeBytes: 1, executable: false }],
    filesets: [{ patterns: ["input"], includesIgnored: false }],
  });
  let runs = 0;
  const result = await guardInputs(root, stamps, never, async () => {
    runs += 1;
    await meanwhile(runs);
    return answer;
  });
  return [runs, result];
}

async function touch(): Promise<void> {
  await write("b");
  await write("a");
}

test("work on inputs that nobody touches is done once", async () => {
  expect(await guard(async () => {})).toEqual([1, done]);
});

test("inputs that are not as planned fail before any work", async () => {
  await write("b");
  const expected = fail({ reason: "inputs-changed", paths: ["input"] });
  expect(await guard(async () => {}, done, Date.now())).toEqual([0, expected]);
});

test("an input that changes while the work goes on fails it", async () => {
  const expected = fail({ reason: "inputs-changed", paths: ["input"] });
  expect(await guard(async () => write("b"))).toEqual([1, expected]);
});

test("an input that was changed and put back has the work done again", async () => {
  expect(await guard(async (run) => (run === 1 ? touch() : undefined))).toEqual([2, done]);
});

test("three times, and then it fails", async () => {
  const expected = fail({ reason: "inputs-keep-moving", paths: ["input"] });
  expect(await guard(touch)).toEqual([3, expected]);
});

test("a failure of the work is told as it is", async () => {
  const failed = fail({ reason: "options-invalid", problems: ["x"] } as const);
  expect(await guard(async () => write("b"), failed)).toEqual([1, failed]);
});
