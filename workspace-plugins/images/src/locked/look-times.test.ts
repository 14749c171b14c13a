import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openLookTimes } from "./look-times.ts";

const only = { agents: ["pal"], bases: ["mine"], extensions: [] };
const noon = Date.parse("2026-11-21T12:00:00Z");
const minuteMs = 60_000;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-look-times-"));
});
afterEach(async () => rm(folder, { recursive: true }));

const at = (minutes: number) => openLookTimes(folder, () => new Date(noon + minutes * minuteMs));

it("a look is due at first, and again an hour after the last one", async () => {
  expect(await at(0).isDue(only)).toBe(true);
  await at(0).note(only);
  expect(await at(59).isDue(only)).toBe(false);
  expect(await at(60).isDue(only)).toBe(true);
  await at(60).note(only);
  expect(await at(61).isDue(only)).toBe(false);
});

it("other definitions have a time of their own", async () => {
  await at(0).note(only);
  expect(await at(1).isDue({ ...only, bases: ["other"] })).toBe(true);
});

it("a clock that was ahead, and a file that is none of ours, put nothing off", async () => {
  await at(10).note(only);
  expect(await at(0).isDue(only)).toBe(true);
  const [file = ""] = await readdir(folder);
  await writeFile(path.join(folder, file), "{ not JSON");
  expect(await at(11).isDue(only)).toBe(true);
});
