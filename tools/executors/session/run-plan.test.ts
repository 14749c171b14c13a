import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readRunPlan, readRunResults, writeRunPlan, writeRunResults } from "./run-plan.ts";
import type { PlannedTarget, TaskEnd } from "./run-plan.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-plan-"));
});
afterEach(async () => rm(folder, { recursive: true }));

const planned: PlannedTarget & { readonly state: "signed" } = {
  id: "codex:image",
  state: "signed",
  action: {
    schema: 2,
    target: "codex:image",
    projectRoot: "codex",
    executor: "@slipway/executors:image",
    options: [{ name: "kind", digest: digestOf("agent") }],
    files: [
      { path: "codex/install.sh", digest: digestOf("x"), sizeBytes: 1, executable: true },
      { path: "codex/latest", symlink: "install.sh" },
    ],
    env: [
      { name: "SLIPWAY_ENGINE", state: "set", digest: digestOf("engine"), value: "fast" },
      { name: "CI", state: "unset" },
    ],
    tools: [{ name: "dockerode", version: "5.0.1" }],
    upstreams: [{ id: "debian:image", signature: digestOf("debian") }],
    outputs: ["codex/dist/image"],
    cached: true,
    salt: "",
    signature: digestOf("signature"),
  },
  differences: [
    { kind: "file-changed", path: "codex/install.sh" },
    { kind: "symlink-changed", path: "codex/latest", before: undefined, after: "install.sh" },
  ],
  missingOutputs: ["codex/dist/image"],
};

test("a plan is read as it was written, by target", async () => {
  const other = { ...planned, id: "codex:load", differences: [], missingOutputs: [] };
  await writeRunPlan(folder, [planned, other]);
  expect(await readRunPlan(folder)).toEqual(
    new Map([
      ["codex:image", planned],
      ["codex:load", other],
    ]),
  );
});

test("where nothing was planned the plan is empty", async () => {
  expect(await readRunPlan(folder)).toEqual(new Map());
});

test("results are read as they were written, and are not there while the command runs", async () => {
  expect(await readRunResults(folder)).toBeUndefined();
  const ends: readonly TaskEnd[] = [
    { id: "codex:image", status: "local-cache-kept-existing", durationMs: 12 },
    { id: "codex:load", status: "stopped", durationMs: 0 },
  ];
  await writeRunResults(folder, ends);
  expect(await readRunResults(folder)).toEqual(ends);
});
