import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeFileAtomically } from "@slipway/signature";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createNodes } from "./plugin.ts";

let root: string;
const manifest = (name: string, language: string) =>
  JSON.stringify({ name, version: "1.0.0", language: { name: language } });
const lock = JSON.stringify({
  version: 1,
  packages: {
    text_tools: {
      version: "1.0.0",
      integrity: `sha256:${"0".repeat(64)}`,
      source: "localhost:5055/agents/text-tools:1.0.0",
      language: "python",
      files: null,
    },
  },
});
const files = {
  "agents/tools/aigogo.json": manifest("text-tools", "python"),
  "agents/broken/aigogo.json": "{",
  "app/aigogo.lock": lock,
  "app/.aigogo/links/x/aigogo.json": manifest("copy", "python"),
  "agents/tools/dist/x/aigogo.json": manifest("copy", "python"),
};

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-plugin-"));
  for (const [file, text] of Object.entries(files)) {
    await writeFileAtomically(path.join(root, file), text);
  }
});
afterAll(async () => rm(root, { recursive: true, force: true }));

async function targetsOf(options: unknown) {
  const context = { workspaceRoot: root, nxJsonConfiguration: {} };
  const nodes = await createNodes[1](Object.keys(files), options, context);
  return Object.fromEntries(
    nodes.flatMap(([, { projects = {} }]) =>
      Object.values(projects).map((project) => [project.name ?? "", project.targets ?? {}]),
    ),
  );
}

const registry = { registry: "localhost:5055", namespace: "agents" };
const served = { projects: ["registry"], target: "serve", waitFor: "ready", inputs: false };

test("a package is packed and pushed, and whoever locks it installs after the push", async () => {
  const targets = await targetsOf(registry);
  expect(Object.keys(targets)).toEqual(["broken", "tools", "app"]);
  expect(targets["tools"]?.["pack"]).toMatchObject({
    cache: true,
    outputs: ["{projectRoot}/dist/pack"],
  });
  expect(targets["tools"]?.["push"]).toMatchObject({
    cache: false,
    options: { repository: "localhost:5055/agents/text-tools" },
    dependsOn: ["pack", served],
  });
  expect(targets["app"]?.["install"]).toMatchObject({
    cache: false,
    dependsOn: [{ projects: ["tools"], target: "push" }, served],
  });
});

test("a broken manifest keeps its targets, so that its executor can say where it is broken", async () => {
  const { broken } = await targetsOf(registry);
  expect(Object.keys(broken ?? {})).toEqual(["pack", "push"]);
});

test("without a registry nothing is pushed and nothing waits for one", async () => {
  const targets = await targetsOf(undefined);
  expect(Object.keys(targets["tools"] ?? {})).toEqual(["pack"]);
  expect(targets["app"]?.["install"]?.dependsOn).toEqual([]);
});

test("a registry elsewhere is not served here", async () => {
  const targets = await targetsOf({ registry: "registry.example" });
  expect(targets["tools"]?.["push"]?.dependsOn).toEqual(["pack"]);
});
