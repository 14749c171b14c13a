import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf, writeJson } from "@slipway/signature";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newestRun, readRows } from "./run-record.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-record-"));
});
afterEach(async () => rm(root, { recursive: true }));

const differences = [{ kind: "file-changed", path: "codex/install.sh" }] as const;
const action = {
  schema: 2,
  target: "codex:image",
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
  signature: digestOf("signature"),
};
const planned = {
  id: "codex:image",
  state: "signed",
  action,
  differences,
  missingOutputs: ["codex/dist/image"],
};
const outcome = { task: "codex:image", state: "done", cause: "image-built", facts: {} };
const ends = [
  { id: "codex:image", status: "success", durationMs: 5 },
  { id: "registry:serve", status: "stopped", durationMs: 6 },
];

/** Leaves what a run would, in the files that it would. */
async function leave(files: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [file, value] of Object.entries(files)) await writeJson(path.join(root, file), value);
}

describe("readRows", () => {
  it("has a row for each planned task, with why it ran and what it did", async () => {
    await leave({
      "plan/codex%3Aimage.json": planned,
      "results.json": ends,
      "outcomes/codex%3Aimage.json": outcome,
    });
    expect(await readRows(root, ["image"])).toEqual([
      {
        id: "codex:image",
        status: "success",
        durationMs: 5,
        outcome,
        isCached: true,
        differences,
        missingOutputs: ["codex/dist/image"],
        failureText: undefined,
      },
    ]);
  });

  it("has no reason for a task that is as at its last success, and those it builds on where they never began", async () => {
    await leave({
      "plan/codex%3Aload.json": {
        id: "codex:load",
        state: "recorded",
        isCached: false,
        upstreams: ["codex:image"],
        missingOutputs: [],
      },
      "plan/codex%3Aimage.json": planned,
      "results.json": [{ id: "codex:load", status: "success", durationMs: 5 }],
    });
    const rows = await readRows(root, ["load"]);
    expect(rows?.map(({ id, status, isCached }) => [id, status, isCached])).toEqual([
      ["codex:load", "success", false],
      ["codex:image", "skipped", true],
    ]);
    expect(rows?.[0]?.differences).toEqual([]);
  });

  it("has every task of a run that could not be planned, without a reason", async () => {
    await leave({ "results.json": ends, "outcomes/codex%3Aimage.json": outcome });
    const unplanned = {
      isCached: false,
      differences: [],
      missingOutputs: [],
      failureText: undefined,
    };
    expect(await readRows(root, ["image"])).toEqual([
      { id: "codex:image", status: "success", durationMs: 5, outcome, ...unplanned },
      { id: "registry:serve", status: "stopped", durationMs: 6, outcome: undefined, ...unplanned },
    ]);
  });

  it("has the row of a task that could not be planned by the words it ended with", async () => {
    await leave({
      "plan/codex%3Aimage.json": {
        id: "codex:image",
        state: "unsigned",
        failure: { reason: "file-unreadable", path: "codex/agent.yml", code: "EACCES" },
      },
      "results.json": [{ id: "codex:image", status: "failure", durationMs: 5 }],
      "outcomes/codex%3Aimage.json": { ...outcome, state: "failed", text: "✗ unreadable\n" },
    });
    const rows = await readRows(root, ["image"]);
    expect(rows?.map(({ id, status, failureText }) => [id, status, failureText])).toEqual([
      ["codex:image", "failure", "✗ unreadable\n"],
    ]);
  });

  it("has a row for what failed without being ours, and one for each task that never began", async () => {
    const load = {
      ...planned,
      id: "codex:load",
      action: {
        ...action,
        target: "codex:load",
        upstreams: [{ id: "codex:image", signature: action.signature }],
      },
    };
    await leave({
      "plan/codex%3Aimage.json": planned,
      "plan/codex%3Aload.json": load,
      "plan/gemini%3Apush.json": { ...planned, id: "gemini:push" },
      "results.json": [{ id: "registry:serve", status: "failure", durationMs: 1 }],
      "outcomes/registry%3Aserve.json": {
        task: "registry:serve",
        state: "failed",
        cause: "registry-port-taken",
        facts: {},
        text: "✗ taken\n",
      },
    });
    const rows = await readRows(root, ["load"]);
    expect(rows?.map(({ id, status, failureText }) => [id, status, failureText])).toEqual([
      ["registry:serve", "failure", "✗ taken\n"],
      ["codex:load", "skipped", undefined],
      ["codex:image", "skipped", undefined],
    ]);
  });

  it("has nothing of a run that was cut off", async () => {
    await leave({ "plan/codex%3Aimage.json": planned, "outcomes/codex%3Aimage.json": outcome });
    expect(await readRows(root, ["image"])).toBeUndefined();
  });
});

describe("newestRun", () => {
  async function makeRun(name: string): Promise<{ folder: string; bornMs: number }> {
    const folder = path.join(root, ".slipway/runs", name);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "asked.ndjson"), "");
    return { folder, bornMs: (await stat(folder)).birthtimeMs };
  }

  it("is the run that began last, and none from before", async () => {
    const first = await makeRun("0");
    let last = first;
    // The clock of a file system ticks slowly: runs are made until one is younger.
    for (let at = 1; last.bornMs === first.bornMs; at += 1) last = await makeRun(`${at}`);
    expect(await newestRun(root, first.bornMs)).toBe(last.folder);
    expect(await newestRun(root, last.bornMs + 1)).toBeUndefined();
  });

  it("is none in a workspace that never ran", async () => {
    expect(await newestRun(root, 0)).toBeUndefined();
  });
});
