import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TaskResults } from "@nx/devkit";
import { actionsFolder, digestOf, ok, readRecordedAction } from "@slipway/signature";
import type { RecordedAction } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runFolderOf } from "../session/run-place.ts";
import { readRunResults, writeRunPlan } from "../session/run-plan.ts";
import { finishRun } from "./finish-run.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-finish-"));
});
afterEach(async () => rm(root, { recursive: true }));

function action(target: string): RecordedAction {
  return {
    schema: 2,
    target,
    projectRoot: "codex",
    executor: "@slipway/executors:image",
    options: [],
    files: [],
    env: [],
    tools: [],
    upstreams: [],
    outputs: [],
    cached: true,
    salt: "",
    signature: digestOf(target),
  };
}

type Status = TaskResults[string]["status"];

function resultsOf(
  ends: Readonly<Record<string, readonly [Status, startTime?: number, endTime?: number]>>,
): TaskResults {
  return Object.fromEntries(
    Object.entries(ends).map(([id, [status, startTime, endTime]]) => {
      const [project = "", target = ""] = id.split(":");
      const times = {
        ...(startTime === undefined ? {} : { startTime }),
        ...(endTime === undefined ? {} : { endTime }),
      };
      const task = { id, target: { project, target }, overrides: {}, outputs: [], ...times };
      return [id, { task: { ...task, parallelism: true, cache: true }, status, code: 0 }];
    }),
  );
}

async function plan(...targets: readonly string[]): Promise<void> {
  const planned = targets.map((id) => ({
    id,
    state: "signed" as const,
    action: action(id),
    differences: [],
    missingOutputs: [],
  }));
  await writeRunPlan(runFolderOf(root, "run"), planned);
}

async function checkRecorded(id: string, expected: boolean): Promise<void> {
  const recorded = await readRecordedAction(actionsFolder(root), id);
  expect(recorded).toEqual(ok(expected ? action(id) : undefined));
}

test.each<readonly [Status, boolean]>([
  ["success", true],
  ["local-cache", true],
  ["local-cache-kept-existing", true],
  ["remote-cache", true],
  ["failure", false],
  ["skipped", false],
  ["stopped", false],
])("the action of a task that ended by %s is remembered: %s", async (status, expected) => {
  await plan("codex:image");
  await finishRun(root, "run", resultsOf({ "codex:image": [status] }));
  await checkRecorded("codex:image", expected);
});

test("a task that fails leaves what is remembered of its last success", async () => {
  await plan("codex:image");
  await finishRun(root, "run", resultsOf({ "codex:image": ["success"] }));
  await finishRun(root, "run", resultsOf({ "codex:image": ["failure"] }));
  await checkRecorded("codex:image", true);
});

test("ends and times of all tasks are written down, planned or not", async () => {
  await plan("codex:image");
  const results = resultsOf({
    "codex:image": ["success", 1000, 3500],
    "registry:serve": ["stopped", 1000],
    "codex:load": ["skipped"],
  });
  await finishRun(root, "run", results);
  expect(await readRunResults(runFolderOf(root, "run"))).toEqual([
    { id: "codex:image", status: "success", durationMs: 2500 },
    { id: "registry:serve", status: "stopped", durationMs: 0 },
    { id: "codex:load", status: "skipped", durationMs: 0 },
  ]);
});

test("a command that was not ours leaves nothing", async () => {
  await finishRun(root, "run", resultsOf({ "site:build": ["success"] }));
  expect(await readdir(root)).toEqual([]);
});
