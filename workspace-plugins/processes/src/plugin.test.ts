import { execSync } from "node:child_process";
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

const local =
  "name: x\nprocesses: { x: { source: a.lua } }\ntargets: { local: { mode: legacy, network: local } }\n";
const served = {
  projects: ["@slipway/ao-network"],
  target: "ao-net",
  waitFor: "ready",
  inputs: false,
};

test("a project with a local target waits for the network, and only bundle and preflight are cached", async () => {
  const targets = await infer(local);
  expect(targets["ao-bundle"]).toMatchObject({
    cache: true,
    outputs: ["{projectRoot}/dist/ao-bundle"],
  });
  expect(targets["ao-bundle"]?.dependsOn).toBeUndefined();
  expect(targets["ao-preflight"]).toMatchObject({
    cache: true,
    dependsOn: ["ao-bundle"],
    outputs: ["{projectRoot}/dist/ao-preflight"],
  });
  expect(targets["ao-deploy"]).toMatchObject({
    cache: false,
    dependsOn: ["ao-bundle", "ao-preflight", served],
    options: { deployTarget: "local" },
    configurations: { local: { deployTarget: "local" } },
  });
  expect(targets["ao-verify"]).toMatchObject({ cache: false, dependsOn: ["ao-deploy", served] });
});

test("ids are keyed by each record and by nothing else that is kept beside it; a missing one is empty", async () => {
  const two = local.replace("targets: {", "targets: { near: { mode: mainnet, network: local },");
  const { "ao-ids": ids } = await infer(two);
  const keyed = (ids?.inputs ?? []).flatMap((input) =>
    typeof input === "object" && "runtime" in input ? [input.runtime] : [],
  );
  expect(keyed).toEqual([
    'cat ".slipway/ao/registry/near.json" 2>/dev/null || true',
    'cat ".slipway/ao/registry/local.json" 2>/dev/null || true',
  ]);
  expect(ids?.inputs).toContain("{projectRoot}/deployments/*.json");
  const cwd = os.tmpdir();
  expect(keyed.map((command) => execSync(command, { cwd, encoding: "utf8" }))).toEqual(["", ""]);
});

test("a preflight that no target wants keeps no deployment waiting", async () => {
  const { "ao-deploy": deploy } = await infer(
    local.replace("network: local", "$&, preflight: off"),
  );
  expect(deploy).toMatchObject({ dependsOn: ["ao-bundle", served] });
});

test("a release waits for the network of its target, is never cached, and knows the files of its packages", async () => {
  const release = "release: { target: local, packages: [{ folder: cli }, { folder: ../other }] }\n";
  const targets = await infer(local + release);
  expect(targets["ao-release"]).toMatchObject({
    executor: "@slipway/executors:ao-release",
    cache: false,
    dependsOn: ["ao-bundle", served],
  });
  expect(targets["ao-release"]?.inputs).toEqual(
    expect.arrayContaining([
      "{workspaceRoot}/apps/registry/cli/**/*",
      "{workspaceRoot}/apps/other/**/*",
    ]),
  );
  expect(Object.keys(await infer(local))).not.toContain("ao-release");
});

test("a broken definition keeps its targets", async () => {
  const targets = await infer("name: [");
  expect(Object.keys(targets)).toEqual([
    "ao-bundle",
    "ao-preflight",
    "ao-ids",
    "ao-deploy",
    "ao-verify",
  ]);
  expect(targets["ao-deploy"]).toMatchObject({ dependsOn: ["ao-bundle"] });
});

test("a bundle is keyed by the Lua that it can be made from", async () => {
  const luaOf = async (...processes: readonly string[]) => {
    const named = processes.map((process, at) => `p${at}: ${process}`);
    const targets = await infer(
      `name: x\nprocesses: { ${named.join(", ")} }\ntargets: { local: { mode: legacy, network: local } }\n`,
    );
    const inputs = targets["ao-bundle"]?.inputs ?? [];
    return inputs.filter((input) => typeof input === "string" && input.endsWith(".lua"));
  };
  expect(await luaOf("{ source: src/a.lua }")).toEqual(["{projectRoot}/**/*.lua"]);
  const a = "{ source: src/a.lua, modules: [lib, vendor/] }";
  const b = "{ source: b.lua, modules: [lib] }";
  const own = [
    "{projectRoot}/b.lua",
    "{projectRoot}/lib/**/*.lua",
    "{projectRoot}/src/a.lua",
    "{projectRoot}/vendor/**/*.lua",
  ];
  expect(await luaOf(a, b)).toEqual(own);
  expect(await luaOf(a, "{ source: b.lua }")).toEqual(["{projectRoot}/**/*.lua"]);
});
