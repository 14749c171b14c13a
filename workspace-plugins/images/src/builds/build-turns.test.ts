import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildTurnsFolder, openBuildTurns, parallelBuilds } from "./build-turns.ts";
import type { BuildTurns, BuildTurnsOptions } from "./build-turns.ts";

let folder: string;
let told: string[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "slipway-turns-"));
  told = [];
});
afterEach(async () => rm(folder, { recursive: true }));

/** As another process would: it shares nothing with others but the folder. */
function open(options: Partial<BuildTurnsOptions> = {}): BuildTurns<string, never> {
  return openBuildTurns({
    folder,
    limit: 2,
    signal: new AbortController().signal,
    progress: (line) => told.push(line),
    timeoutMs: 20_000,
    ...options,
  });
}

/** Work that goes on until it is let go, and counts how much of it there is at once. */
function openWork() {
  const letGo = Promise.withResolvers<void>();
  let [now, most] = [0, 0];
  const begun: string[] = [];
  return {
    begun,
    most: () => most,
    letGo: () => letGo.resolve(),
    on: (name: string) => async (): Promise<Result<string, never>> => {
      begun.push(name);
      now += 1;
      most = Math.max(most, now);
      await letGo.promise;
      now -= 1;
      return ok(name);
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5);
}

test("no more builds go on at once than the limit, whoever asks", async () => {
  const work = openWork();
  const all = ["a", "b", "c", "d"].map(async (name) => open().take(name, work.on(name)));
  await until(() => told.length === 2 && work.begun.length === 2);
  work.letGo();
  expect((await Promise.all(all)).map((one) => one.ok && one.value)).toEqual(["a", "b", "c", "d"]);
  expect(work.most()).toBe(2);
  expect(told.toSorted()[0]).toMatch(/^[a-d] waits: 2 other images are being built$/);
});

test("one image is built by one at a time; who waits for it holds no place", async () => {
  const work = openWork();
  const first = open().take("a", work.on("first"));
  await until(() => work.begun.length === 1);
  const second = open().take("a", work.on("second"));
  await until(() => told.length === 1);
  const other = open().take("b", work.on("other"));
  await until(() => work.begun.length === 2);
  expect(work.begun).toEqual(["first", "other"]);
  expect(told).toEqual(["a is being built by another command: waiting for its end"]);
  work.letGo();
  await Promise.all([first, second, other]);
  expect(work.begun).toEqual(["first", "other", "second"]);
});

test("who asks for the same image in one process shares the work, until it is done", async () => {
  const work = openWork();
  const turns = open();
  const both = [turns.take("a", work.on("one")), turns.take("a", work.on("two"))];
  work.letGo();
  expect(await Promise.all(both)).toEqual([ok("one"), ok("one")]);
  expect(await turns.take("a", work.on("three"))).toEqual(ok("three"));
  expect(work.begun).toEqual(["one", "three"]);
});

test("a wait ends with its signal and with its time", async () => {
  const work = openWork();
  const first = open({ limit: 1 }).take("a", work.on("first"));
  await until(() => work.begun.length === 1);
  const stop = new AbortController();
  const stopped = open({ signal: stop.signal }).take("a", work.on("never"));
  await until(() => told.length === 1);
  stop.abort();
  expect(await stopped).toEqual({
    ok: false,
    failure: { reason: "engine-interrupted", operation: "wait for a build" },
  });
  expect(await open({ limit: 1, timeoutMs: 1 }).take("b", work.on("never"))).toEqual({
    ok: false,
    failure: { reason: "engine-timeout", operation: "wait for a build", timeoutMs: 1 },
  });
  work.letGo();
  await first;
  expect(work.begun).toEqual(["first"]);
});

test("work that throws gives its turn back", async () => {
  const turns = open({ limit: 1 });
  await expect(turns.take("a", async () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await turns.take("a", async () => ok("again"))).toEqual(ok("again"));
});

test("what a killed process was building is free again", async () => {
  const script = path.join(folder, "build.ts");
  const module = path.join(import.meta.dirname, "build-turns.ts");
  await writeFile(
    script,
    `import { openBuildTurns } from ${JSON.stringify(module)};
    const signal = new AbortController().signal;
    const options = { folder: ${JSON.stringify(folder)}, limit: 1, signal, progress() {}, timeoutMs: 1000 };
    await openBuildTurns(options).take("a", async () => {
      process.stdout.write("building");
      await new Promise((resolve) => setTimeout(resolve, 60000));
    });`,
  );
  const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  const waiting = open({ limit: 1 }).take("a", async () => ok("built"));
  await until(() => told.length === 1);
  child.kill("SIGKILL");
  expect(await waiting).toEqual(ok("built"));
});

test("the limit is what SLIPWAY_PARALLEL_BUILDS says, if that is a number of builds", () => {
  const usual = 2 * os.availableParallelism();
  const limits = ["3", "0", "-1", "1.5", "many", ""].map((SLIPWAY_PARALLEL_BUILDS) =>
    parallelBuilds({ SLIPWAY_PARALLEL_BUILDS }),
  );
  expect(limits).toEqual([3, usual, usual, usual, usual, usual]);
});

test("locks lie in the user's state folder", () => {
  expect(buildTurnsFolder({ HOME: "/home/ann" })).toBe("/home/ann/.local/state/slipway/builds");
  expect(buildTurnsFolder({ HOME: "/home/ann", XDG_STATE_HOME: "/s" })).toBe("/s/slipway/builds");
});
