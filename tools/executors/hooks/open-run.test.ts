import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runsFolder } from "../session/run-place.ts";
import { openRun } from "./open-run.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-runs-"));
});
afterEach(async () => rm(root, { recursive: true }));

/** Runs named by their age in minutes, each with a file in it. */
async function leaveRuns(ages: readonly number[]): Promise<void> {
  for (const age of ages) {
    const folder = path.join(runsFolder(root), `${age}`);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "plan.json"), "[]");
    const changed = new Date(Date.UTC(2020, 0, 1) - age * 60_000);
    await utimes(folder, changed, changed);
  }
}

async function runs(): Promise<readonly string[]> {
  return (await readdir(runsFolder(root))).toSorted();
}

test("the first run of a workspace gets an empty folder", async () => {
  const folder = await openRun(root, "first");
  expect(folder).toBe(path.join(root, ".slipway/runs/first"));
  expect(await readdir(folder)).toEqual([]);
});

test("twenty runs are kept, the new one among them, whatever they are called", async () => {
  const ages = Array.from({ length: 25 }, (_, at) => at + 1);
  await leaveRuns(ages.toReversed());
  await openRun(root, "new");
  const kept = ages.slice(0, 19).map(String);
  expect(await runs()).toEqual([...kept, "new"].toSorted());
});

test("nothing is removed before there are more than twenty", async () => {
  await leaveRuns([3, 1, 2]);
  await openRun(root, "new");
  expect(await runs()).toEqual(["1", "2", "3", "new"]);
});
