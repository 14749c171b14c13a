import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { CreateNodesContext, TargetConfiguration } from "@nx/devkit";
import { describe, expect, it } from "vitest";
import { createNodes } from "./plugin.ts";

/** The targets that a workspace of these files gives to the project `boot`. */
async function targetsOf(
  files: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, TargetConfiguration>>> {
  const workspaceRoot = await mkdtemp(path.join(os.tmpdir(), "slipway-smoke-plugin-"));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.join(workspaceRoot, path.dirname(file)), { recursive: true });
    await writeFile(path.join(workspaceRoot, file), text);
  }
  const context: CreateNodesContext = { workspaceRoot, nxJsonConfiguration: {} };
  const nodes = await createNodes[1](Object.keys(files), undefined, context);
  await rm(workspaceRoot, { recursive: true });
  expect(nodes.map(([file]) => file)).toEqual(["tests/boot/smoke.yml"]);
  return nodes[0]?.[1].projects?.["tests/boot"]?.targets ?? {};
}

const definition = 'image: codex\ninputs: ["a/**", "!a/b"]\ncommand: [x]\noutputs: [out]\n';

describe("the smoke plugin", () => {
  it("makes a smoke wait for the image that it names, wherever that is", async () => {
    const { smoke } = await targetsOf({
      "agents/codex/agent.yml": "",
      "bases/debian/base.yml": "",
      "tests/boot/smoke.yml": definition,
    });
    expect(smoke?.dependsOn).toEqual([{ projects: ["codex"], target: "load-debian" }]);
    expect(smoke?.options).toEqual({ imageRoot: "agents/codex" });
  });

  it("waits for the base alone that it chooses, and for all where it chooses none or an unknown one", async () => {
    const files = {
      "agents/codex/agent.yml": "",
      "bases/alpine/base.yml": "",
      "bases/debian/base.yml": "",
    };
    const chosen = async (base: string): Promise<unknown> => {
      const text = `base: ${base}\n${definition}`;
      const { smoke } = await targetsOf({ ...files, "tests/boot/smoke.yml": text });
      return smoke?.dependsOn;
    };
    const [alpine, debian] = ["load-alpine", "load-debian"].map((target) => ({
      projects: ["codex"],
      target,
    }));
    expect(await chosen("debian")).toEqual([debian]);
    expect(await chosen("fedora")).toEqual([alpine, debian]);
    const { smoke } = await targetsOf({ ...files, "tests/boot/smoke.yml": definition });
    expect(smoke?.dependsOn).toEqual([alpine, debian]);
  });

  it("keys a smoke by its declared files and the receipts of its image", async () => {
    const { smoke } = await targetsOf({ "tests/boot/smoke.yml": definition });
    expect(smoke).toMatchObject({ cache: true, outputs: ["{projectRoot}/dist/smoke"] });
    expect(smoke?.inputs?.slice(0, 3)).toEqual([
      "{projectRoot}/smoke.yml",
      "{projectRoot}/a/**",
      "!{projectRoot}/a/b",
    ]);
    expect(smoke?.inputs).toContainEqual({
      dependentTasksOutputFiles: "**/receipt.json",
      transitive: true,
    });
    expect(smoke?.inputs).toContainEqual({ env: "SLIPWAY_OWN_BOOT__SMOKE" });
  });

  it("verifies each time, also what a cache gave back", async () => {
    const targets = await targetsOf({ "tests/boot/smoke.yml": definition });
    expect(targets["verify-boot"]).toMatchObject({ cache: false, dependsOn: ["smoke"] });
  });

  it("keeps the targets of a definition that is broken", async () => {
    const targets = await targetsOf({ "tests/boot/smoke.yml": "image: [" });
    expect(Object.keys(targets)).toEqual(["smoke", "verify-boot"]);
    expect(targets["smoke"]?.dependsOn).toEqual([]);
  });
});
