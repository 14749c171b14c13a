import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf, fail, takeLock } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ImagesLock } from "../images-lock.ts";
import { changeImagesLock } from "./change-lock.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-change-lock-"));
});
afterEach(async () => rm(folder, { recursive: true }));

const { signal } = new AbortController();
const file = () => path.join(folder, "slipway.images.lock");
const place = () => ({ folder, turnFile: path.join(folder, "turn.lock") });

function withAgent(name: string): (lock: ImagesLock) => ImagesLock {
  const entry = { version: "1.0.0", source: "host", definition: digestOf(name) } as const;
  return (lock) => ({ ...lock, agents: { ...lock.agents, [name]: entry } });
}

test("what many lock at one time is all locked", async () => {
  const names = ["a", "b", "c", "d", "e"];
  await Promise.all(names.map(async (name) => changeImagesLock(place(), withAgent(name), signal)));
  const read = await changeImagesLock(place(), (lock) => lock, signal);
  expect(read.ok && Object.keys(read.value.agents)).toEqual(names);
});

test("a lock that cannot be read is left alone", async () => {
  await writeFile(file(), "agents: 1\n");
  const changed = await changeImagesLock(place(), withAgent("a"), signal);
  expect(changed).toMatchObject({ failure: { reason: "definition-invalid" } });
  expect(await readFile(file(), "utf8")).toBe("agents: 1\n");
});

test("nothing to lock begins no file", async () => {
  await changeImagesLock(place(), (lock) => lock, signal);
  await expect(readFile(file())).rejects.toMatchObject({ code: "ENOENT" });
});

test("who is stopped while another writes has changed nothing", async () => {
  using _held = takeLock(place().turnFile);
  const changed = await changeImagesLock(place(), withAgent("a"), AbortSignal.abort());
  expect(changed).toEqual(fail({ reason: "images-lock-busy", file: file() }));
});
