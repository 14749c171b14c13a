import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readLock } from "../lock.ts";
import { storeIn } from "../store-place.ts";
import { removeLocked } from "./remove.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-rm-"));
});
afterEach(async () => rm(root, { recursive: true, force: true }));

const entry = (language: string) => ({
  version: "1.0.0",
  integrity: digestOf(language),
  source: `registry.example/a/${language}:1.0.0`,
  language,
  files: ["aigogo.json"],
});

/** With `my_utils` of Python and `slugify` of JavaScript. */
async function lockFile(): Promise<string> {
  const file = path.join(root, "aigogo.lock");
  const packages = { my_utils: entry("python"), slugify: entry("javascript") };
  await writeFile(file, JSON.stringify({ version: 1, packages }));
  return file;
}

const place = (file: string) => ({
  lockFile: file,
  store: storeIn(root),
  signal: new AbortController().signal,
});

async function keysIn(file: string): Promise<readonly string[]> {
  const lock = await readLock(file, file);
  return lock.ok ? lock.value.packages.map(({ key }) => key) : [];
}

test.each(["my_utils", "my-utils", "aigogo.my_utils"])("%s is taken out", async (named) => {
  const file = await lockFile();
  expect(await removeLocked({ ...place(file), keys: [named] })).toMatchObject({
    value: { state: "done", facts: { packages: "my_utils 1.0.0" } },
  });
  expect(await keysIn(file)).toEqual(["slugify"]);
});

test("one that is not there keeps all in, and those that it may be are told", async () => {
  const file = await lockFile();
  const before = await readFile(file, "utf8");
  expect(await removeLocked({ ...place(file), keys: ["my_utils", "slugfy"] })).toMatchObject({
    failure: { reason: "lock-key-unknown", key: "slugfy", near: ["slugify"] },
  });
  expect(await readFile(file, "utf8")).toBe(before);
});

test("what is taken out at one time is out, each of it", async () => {
  const file = await lockFile();
  const results = await Promise.all(
    ["my_utils", "slugify"].map((key) => removeLocked({ ...place(file), keys: [key] })),
  );
  expect(results).toMatchObject([{ ok: true }, { ok: true }]);
  expect(await keysIn(file)).toEqual([]);
});
