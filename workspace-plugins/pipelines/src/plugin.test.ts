import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { createNodes } from "./plugin.ts";

async function infer(files: Readonly<Record<string, string>>) {
  const workspaceRoot = mkdtempSync(path.join(tmpdir(), "slipway-pipelines-"));
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(workspaceRoot, file)), { recursive: true });
      writeFileSync(path.join(workspaceRoot, file), text);
    }
    return await createNodes[1](Object.keys(files), undefined, {
      workspaceRoot,
      nxJsonConfiguration: {},
    });
  } finally {
    rmSync(workspaceRoot, { recursive: true });
  }
}

async function namesIn(files: Readonly<Record<string, string>>): Promise<readonly unknown[]> {
  const nodes = await infer(files);
  return nodes.flatMap(([, { projects = {} }]) =>
    Object.entries(projects).map(([root, { name }]) => [root, name]),
  );
}

test("a cig.toml makes its folder a project with an uncached signature target", async () => {
  const [[file, { projects = {} }] = ["", {}]] = await infer({ "examples/pipeline/cig.toml": "" });
  expect(file).toBe("examples/pipeline/cig.toml");
  expect(projects).toMatchObject({
    "examples/pipeline": {
      name: "pipeline",
      root: "examples/pipeline",
      tags: ["slipway"],
      targets: { signature: { executor: "@slipway/executors:signature", cache: false } },
    },
  });
});

test("at the root the project has the name that the file says, whatever the folder is called", async () => {
  const named = 'version = "1"\n[project]\nname = "fleet"\n[jobs.a]\nsteps = [{ run = "x" }]\n';
  expect(await namesIn({ "cig.toml": named })).toEqual([[".", "fleet"]]);
  expect(await namesIn({ "cig.toml": "broken" })).toEqual([[".", "pipeline"]]);
});

test("copies in dist and node_modules are none, and the order of the files makes no difference", async () => {
  const files = {
    "b/cig.toml": "",
    "a/cig.toml": "",
    "a/dist/cig.toml": "",
    "node_modules/x/cig.toml": "",
  };
  expect(await namesIn(files)).toEqual([
    ["a", "a"],
    ["b", "b"],
  ]);
});
