import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { digestOf, fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ImagesFailure } from "../failure.ts";
import type { FoundVersion } from "./agent-version.ts";
import { openVersionCache, usualAgeMs } from "./version-cache.ts";

const lookup = { agent: "codex", script: digestOf("version.sh"), builder: digestOf("image") };
const found = ok({ version: "1.2.3", source: "builder", definition: lookup.script } as const);
const minuteMs = 60_000;
const start = Date.parse("2026-11-21T12:00:00Z");
let folder: string;
let looks: number;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-versions-"));
  looks = 0;
});
afterEach(async () => rm(folder, { recursive: true }));

function openCache(nowMs: number, { maxAgeMs = usualAgeMs } = {}) {
  return openVersionCache({
    folder,
    maxAgeMs,
    now: () => new Date(nowMs),
    signal: new AbortController().signal,
    progress: () => {},
  });
}

async function ask(
  nowMs: number,
  {
    of = lookup,
    answer = found,
    maxAgeMs = usualAgeMs,
  }: {
    of?: typeof lookup;
    answer?: Result<FoundVersion, ImagesFailure>;
    maxAgeMs?: number;
  } = {},
) {
  return openCache(nowMs, { maxAgeMs }).through(of, async () => {
    looks += 1;
    return answer;
  });
}

test("an answer counts for ten minutes, and no longer", async () => {
  expect(await ask(start)).toEqual(found);
  expect(await ask(start + 10 * minuteMs)).toEqual(found);
  expect(looks).toBe(1);
  await ask(start + 10 * minuteMs + 1);
  expect(looks).toBe(2);
});

test("an answer counts for nobody who wants to know anew", async () => {
  await ask(start);
  await ask(start + 1, { maxAgeMs: 0 });
  expect(looks).toBe(2);
});

test("an answer is for this script in this image alone", async () => {
  await ask(start);
  await ask(start, { of: { ...lookup, script: digestOf("another") } });
  await ask(start, { of: { ...lookup, builder: digestOf("another") } });
  expect(looks).toBe(3);
});

test("a failure is no answer for others", async () => {
  const failed = fail({ reason: "version-interrupted", agent: "codex" } as const);
  expect(await ask(start, { answer: failed })).toEqual(failed);
  expect(await ask(start)).toEqual(found);
});

test("those who ask at one time share one answer, also if they want to know anew", async () => {
  const answers = await Promise.all(
    [usualAgeMs, 0, 0].map(async (maxAgeMs) =>
      openCache(start, { maxAgeMs }).through(lookup, async () => {
        looks += 1;
        await delay(50);
        return found;
      }),
    ),
  );
  expect(answers).toEqual([found, found, found]);
  expect(looks).toBe(1);
});

test.each([
  "{",
  "{}",
  '{"schema":1,"version":"a b","source":"host","foundAt":"2026-11-21T12:00:00Z"}',
])("a file that is not whole is no answer: %s", async (text) => {
  await ask(start);
  const [stored = ""] = (await readdir(folder)).filter((name) => name.endsWith(".json"));
  await writeFile(path.join(folder, stored), text);
  expect(await ask(start)).toEqual(found);
  expect(looks).toBe(2);
});
