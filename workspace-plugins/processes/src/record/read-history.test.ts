import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { readHistory } from "./read-history.ts";

const definition = `name: skills
processes:
  registry: { source: registry.lua }
targets:
  dev: { mode: mainnet, network: local }
`;

test("the history of a deploy target that there is not is a failure, not an empty one", async () => {
  const workspaceRoot = await mkdtemp(path.join(os.tmpdir(), "ao-history-"));
  try {
    await mkdir(path.join(workspaceRoot, "skills"));
    await writeFile(path.join(workspaceRoot, "skills/ao.yml"), definition);
    const task = { workspaceRoot, projectRoot: "skills", projectName: "skills" };
    expect(await readHistory(task, "dev")).toEqual({ ok: true, value: [] });
    expect(await readHistory(task, undefined)).toEqual({ ok: true, value: [] });
    expect(await readHistory(task, "typo")).toEqual({
      ok: false,
      failure: { reason: "deploy-target-unknown", deployTarget: "typo", known: ["dev"] },
    });
  } finally {
    await rm(workspaceRoot, { recursive: true });
  }
});
