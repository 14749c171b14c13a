import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ExecutorContext, TaskGraph } from "@nx/devkit";
import { ok } from "@slipway/signature/basics";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { runBatch } from "./batch.ts";
import { readOutcomes } from "./run-folder.ts";
import { runFolderVariable } from "./run-place.ts";
import { runTask } from "./run-task.ts";

const schema = z.strictObject({});
const done = ok({ state: "done", cause: "command-ran", facts: {} } as const);
let folder: string;
let context: ExecutorContext;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-stopped-"));
  process.env[runFolderVariable] = folder;
  const projectsConfigurations = { version: 2, projects: {} };
  // All that a session reads of it.
  context = {
    root: folder,
    projectName: "codex",
    targetName: "image",
    projectsConfigurations,
  } as unknown as ExecutorContext;
});
afterEach(async () => {
  delete process.env[runFolderVariable];
  await rm(folder, { recursive: true });
});

async function causes(): Promise<readonly (readonly [string, string])[]> {
  const outcomes = await readOutcomes(folder);
  return [...outcomes.keys()].toSorted().map((task) => [task, outcomes.get(task)?.cause ?? ""]);
}

test("a task that is stopped while it gets ready does not begin", async () => {
  const began: string[] = [];
  const ended = runTask({
    raw: {},
    context,
    schema,
    run: async ({ target }) => {
      began.push(target);
      return done;
    },
  });
  process.emit("SIGHUP");
  expect([await ended, began]).toEqual([{ success: false }, []]);
  expect(await causes()).toEqual([["codex:image", "run-stopped"]]);
});

test("a disk that is full fails the task with what to do; a bug is thrown on", async () => {
  const runs = (error: Error) =>
    runTask({
      raw: {},
      context,
      schema,
      run: async () => {
        throw error;
      },
    });
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
    code: "ENOSPC",
  });
  expect(await runs(full)).toEqual({ success: false });
  expect(await causes()).toEqual([["codex:image", "file-system-refused"]]);
  await expect(runs(new Error("internal: a bug"))).rejects.toThrow("internal: a bug");
});

test("a batch that is stopped begins no other task of it", async () => {
  const began: string[] = [];
  const tasks = Object.fromEntries(
    ["load", "push"].map((target) => [
      `codex:${target}`,
      { id: `codex:${target}`, target: { project: "codex", target } },
    ]),
  );
  const batch = runBatch({
    // All that a batch reads of it.
    graph: { tasks } as unknown as TaskGraph,
    inputs: {},
    context,
    schema,
    run: async ({ target }) => {
      began.push(target);
      process.emit("SIGTERM");
      return done;
    },
  });
  const ends = [];
  for await (const { task, result } of batch) ends.push([task, result.success]);
  expect([ends, began]).toEqual([
    [
      ["codex:load", true],
      ["codex:push", false],
    ],
    ["load"],
  ]);
  expect(await causes()).toEqual([
    ["codex:load", "command-ran"],
    ["codex:push", "run-stopped"],
  ]);
});
