import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { digestOf } from "@slipway/signature/basics";
import { expect, test } from "vitest";
import { readPlan } from "./apply.ts";

const invalid = (problem: string) => ({
  ok: false,
  failure: { reason: "plan-invalid", file: "plan.json", problem },
});

test.each([
  ["skills", { ok: true, value: { projectRoot: "skills" } }],
  ["some/..name", { ok: true, value: { projectRoot: "some/..name" } }],
  ["../other", invalid("projectRoot: must stay inside the workspace")],
  ["skills/../../other", invalid("projectRoot: must stay inside the workspace")],
  ["/other", invalid("projectRoot: must be relative to the workspace")],
])("a plan is of a project in the workspace: %s", async (projectRoot, expected) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "ao-plan-"));
  try {
    const plan = {
      version: 1,
      project: "skills",
      projectRoot,
      deployTarget: "production",
      mode: "legacy",
      strategy: "in-place",
      owner: "owner",
      record: digestOf("record"),
      interrupted: [],
      processes: [],
    };
    await writeFile(path.join(folder, "plan.json"), JSON.stringify(plan));
    expect(await readPlan(folder, "plan.json")).toMatchObject(expected);
  } finally {
    await rm(folder, { recursive: true });
  }
});
