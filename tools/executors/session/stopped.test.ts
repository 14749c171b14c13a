import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
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

/** A batch of two tasks, with what comes while the first works and after it has ended. */
async function endsOfBatch(atWork: () => void, between: () => void) {
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
      atWork();
      return done;
    },
  });
  const ends: (readonly [string, boolean])[] = [];
  const texts: string[] = [];
  for await (const { task, result } of batch) {
    ends.push([task, result.success]);
    texts.push(result.terminalOutput);
    between();
  }
  return { ends, began, texts };
}

const stop = (): void => void process.emit("SIGTERM");

test.each([
  ["while its first task works", stop, () => {}],
  ["when its first task has ended", () => {}, stop],
])("a batch that is stopped %s begins no other task of it", async (_, atWork, between) => {
  expect(await endsOfBatch(atWork, between)).toMatchObject({
    ends: [
      ["codex:load", true],
      ["codex:push", false],
    ],
    began: ["load"],
  });
  expect(await causes()).toEqual([
    ["codex:load", "command-ran"],
    ["codex:push", "run-stopped"],
  ]);
});

test("where the disk takes no notes, each task of a batch says so and does not begin", async () => {
  const file = path.join(folder, "file");
  await writeFile(file, "");
  process.env[runFolderVariable] = path.join(file, "run");
  const { ends, began, texts } = await endsOfBatch(
    () => {},
    () => {},
  );
  expect([ends, began]).toEqual([
    [
      ["codex:load", false],
      ["codex:push", false],
    ],
    [],
  ]);
  for (const text of texts) expect(text).toContain("ENOTDIR: not a directory");
});

test("a task whose outcome the disk does not take fails with the words for it, and no other", async () => {
  await mkdir(path.join(folder, "outcomes/codex%3Aload.json"), { recursive: true });
  const { ends, texts } = await endsOfBatch(
    () => {},
    () => {},
  );
  expect(ends).toEqual([
    ["codex:load", false],
    ["codex:push", true],
  ]);
  expect(texts[0]).toContain("the file system refused what this needs");
});
