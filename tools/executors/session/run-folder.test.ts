import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fail, ok } from "@slipway/signature";
import { renderFailure } from "@slipway/report";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  askOnce,
  noteAsked,
  noteRunning,
  readAsked,
  readOutcomes,
  readRunning,
  recordOutcome,
} from "./run-folder.ts";
import { runFolderOf } from "./run-place.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-run-"));
});
afterEach(async () => rm(folder, { recursive: true }));

describe("runFolderOf", () => {
  it("is one folder under .slipway/runs, whatever is in the id", () => {
    expect(runFolderOf("/w", "abc")).toBe(path.join("/w", ".slipway", "runs", "abc"));
    expect(runFolderOf("/w", "../a b")).toBe(path.join("/w", ".slipway", "runs", "..%2Fa%20b"));
  });
});

describe("recordOutcome", () => {
  it("leaves what a task did, and of a failure its reason", async () => {
    const done = { state: "done", cause: "image-built", facts: { image: "a", size: 3 } } as const;
    await recordOutcome(folder, "codex:image", ok(done));
    const damaged = { reason: "layout-damaged", digest: "d", folder: "f", target: "t" } as const;
    await recordOutcome(folder, "scope/codex:load", fail(damaged));
    expect(await readOutcomes(folder)).toEqual(
      new Map([
        ["codex:image", { task: "codex:image", ...done }],
        [
          "scope/codex:load",
          {
            task: "scope/codex:load",
            state: "failed",
            cause: "layout-damaged",
            facts: {},
            text: renderFailure(damaged),
          },
        ],
      ]),
    );
  });

  it("takes the place of what the task said before", async () => {
    const unchanged = { state: "unchanged", cause: "image-in-engine", facts: {} } as const;
    await recordOutcome(folder, "a:load", fail({ reason: "engine-interrupted", operation: "x" }));
    await recordOutcome(folder, "a:load", ok(unchanged));
    expect([...(await readOutcomes(folder)).values()]).toEqual([{ task: "a:load", ...unchanged }]);
  });

  it("is not needed: a run in which no task said anything has no outcomes", async () => {
    expect(await readOutcomes(path.join(folder, "none"))).toEqual(new Map());
  });
});

describe("noteRunning", () => {
  it("names the task until it ends", async () => {
    const running = noteRunning(folder, "codex:image");
    expect(await readRunning(folder)).toEqual(["codex:image"]);
    running[Symbol.dispose]();
    expect(await readRunning(folder)).toEqual([]);
  });

  it("is no matter of a task whose process is gone, nor of a run that had none", async () => {
    expect(await readRunning(folder)).toEqual([]);
    noteRunning(folder, "codex:image")[Symbol.dispose]();
    const { pid } = spawnSync(process.execPath, ["--version"]);
    await writeFile(path.join(folder, "running", String(pid)), "gemini:image");
    expect(await readRunning(folder)).toEqual([]);
  });
});

describe("noteAsked", () => {
  it("keeps every question in its order, the same one too", async () => {
    const run = path.join(folder, "new");
    expect(await readAsked(run)).toEqual([]);
    const version = { world: "engine", question: "version", task: "a:load" };
    const head = { world: "registry", question: "HEAD x\n", task: "b:push" };
    for (const asked of [version, head, version]) noteAsked(run, asked);
    expect(await readAsked(run)).toEqual([version, head, version]);
  });
});

describe("askOnce", () => {
  /** Asks the same world each time, and counts. */
  function world(answer: unknown) {
    const asked: string[] = [];
    return {
      asked,
      ask: (question: string) =>
        askOnce(folder, question, async () => {
          asked.push(question);
          return answer;
        }),
    };
  }

  it("asks the first time and gives the same answer from then on", async () => {
    const answer = ok([{ id: "sha256:0", tags: [] }]);
    const { ask, asked } = world(answer);
    expect(await ask("engine images")).toEqual(answer);
    expect(await ask("engine images")).toEqual(answer);
    expect(asked).toEqual(["engine images"]);
  });

  it("remembers that there was no answer, and why", async () => {
    const { ask, asked } = world(fail({ reason: "engine-absent", endpoint: "e", detail: "d" }));
    expect(await ask("engine images")).toEqual(await ask("engine images"));
    expect(asked).toHaveLength(1);
  });

  it("keeps questions apart", async () => {
    const { ask, asked } = world(1);
    await ask("a");
    await ask("b");
    expect(asked).toEqual(["a", "b"]);
    expect(await readdir(path.join(folder, "answers"))).toHaveLength(2);
  });

  it("asks again after an exception", async () => {
    const { ask, asked } = world("yes");
    const broken = askOnce(folder, "q", async () => {
      throw new Error("no line");
    });
    await expect(broken).rejects.toThrow("no line");
    expect(await ask("q")).toBe("yes");
    expect(asked).toEqual(["q"]);
  });
});
