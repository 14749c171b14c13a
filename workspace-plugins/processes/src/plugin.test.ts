import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { CreateNodesResult, TargetConfiguration } from "@nx/devkit";
import { expect, test } from "vitest";
import { createNodes } from "./plugin.ts";

async function infer(definition: string): Promise<Readonly<Record<string, TargetConfiguration>>> {
  const workspaceRoot = await mkdtemp(path.join(os.tmpdir(), "ao-plugin-"));
  try {
    await mkdir(path.join(workspaceRoot, "apps/registry"), { recursive: true });
    await writeFile(path.join(workspaceRoot, "apps/registry/ao.yml"), definition);
    const context = { workspaceRoot, nxJsonConfiguration: {} };
    const nodes = await createNodes[1](["apps/registry/ao.yml"], undefined, context);
    const result: CreateNodesResult | undefined = nodes[0]?.[1];
    const project = result?.projects?.["apps/registry"];
    expect(project).toMatchObject({ name: "registry", tags: ["slipway"] });
    return project?.targets ?? {};
  } finally {
    await rm(workspaceRoot, { recursive: true });
  }
}

const local = "name: x\nsource: a.lua\ntargets: { local: { mode: legacy, network: local } }\n";
const served = {
  projects: ["@slipway/ao-network"],
  target: "serve",
  waitFor: "ready",
  inputs: false,
};

test("a project with a local target waits for the network, and only the bundle is cached", async () => {
  const targets = await infer(local);
  expect(targets["ao-bundle"]).toMatchObject({
    cache: true,
    outputs: ["{projectRoot}/dist/ao-bundle"],
  });
  expect(targets["ao-bundle"]?.dependsOn).toBeUndefined();
  expect(targets["ao-deploy"]).toMatchObject({
    cache: false,
    dependsOn: ["ao-bundle", served],
    options: { deployTarget: "local" },
    configurations: { local: { deployTarget: "local" } },
  });
  expect(targets["ao-verify"]).toMatchObject({ cache: false, dependsOn: ["ao-deploy", served] });
});

test("a broken definition keeps its targets", async () => {
  const targets = await infer("name: [");
  expect(Object.keys(targets)).toEqual(["ao-bundle", "ao-deploy", "ao-verify"]);
  expect(targets["ao-deploy"]).toMatchObject({ dependsOn: ["ao-bundle"] });
});
