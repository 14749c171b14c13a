import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newBuildLog } from "./build-logs.ts";

let folder: string;

beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(os.tmpdir(), "slipway-logs-")), "logs");
});
afterEach(async () => rm(path.dirname(folder), { recursive: true }));

const moment = (second: number): Date => new Date(Date.UTC(2026, 10, 21, 10, 0, second));

test("builds that begin at the same moment have logs of their own", async () => {
  const logs = await Promise.all(
    ["a", "a", "a", "b"].map(async (image) => newBuildLog(folder, image, moment(1))),
  );
  expect(logs.map((file) => path.basename(file)).toSorted()).toEqual([
    "a.2026-11-21T10-00-01-000Z.2.log",
    "a.2026-11-21T10-00-01-000Z.3.log",
    "a.2026-11-21T10-00-01-000Z.log",
    "b.2026-11-21T10-00-01-000Z.log",
  ]);
  expect((await readdir(folder)).length).toBe(4);
});

test("the last five of an image stay, and nobody else's go", async () => {
  const others = ["a--b.2026-11-21T09-00-00-000Z.log", "a.txt", "a.engine.log"];
  await newBuildLog(folder, "a", moment(0));
  for (const name of others) await writeFile(path.join(folder, name), "");
  for (let second = 1; second <= 6; second += 1) await newBuildLog(folder, "a", moment(second));
  const kept = [2, 3, 4, 5, 6].map((second) => `a.2026-11-21T10-00-0${second}-000Z.log`);
  expect((await readdir(folder)).toSorted()).toEqual([...others, ...kept].toSorted());
});
