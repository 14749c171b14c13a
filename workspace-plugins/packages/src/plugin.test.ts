import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeFileAtomically } from "@slipway/signature";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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
});
afterAll(async () => rm(root, { recursive: true, force: true }));

async function targetsOf(options: unknown, written: Readonly<Record<string, string>> = files) {
  for (const [file, text] of Object.entries(written)) {
    await writeFileAtomically(path.join(root, file), text);
  }
  const context = { workspaceRoot: root, nxJsonConfiguration: {} };
  const seen = Object.keys(written).filter((file) => /aigogo\.(json|lock)$/.test(file));
  const nodes = await createNodes[1](seen, options, context);
  return Object.fromEntries(
    nodes.flatMap(([, { projects = {} }]) =>
      Object.values(projects).map((project) => [project.name ?? "", project.targets ?? {}]),
    ),
  );
}

const registry = { registry: "localhost:5055", namespace: "agents", servedBy: "registry" };
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

test("a registry on loopback that no project serves is somebody else's to start", async () => {
  const { servedBy: _, ...unserved } = registry;
  const targets = await targetsOf(unserved);
  expect(targets["tools"]?.["push"]?.dependsOn).toEqual(["pack"]);
});

describe("packages of one name", () => {
  const source = "localhost:5055/agents/utils";
  const locking = (reference: string) => lock.replace(/localhost:5055[^"]*/, reference);
  const same = {
    "one/utils/aigogo.json": manifest("utils", "python"),
    "two/utils/aigogo.json": manifest("utils", "python"),
    "next/project.json": '{ "name": "utils-next" }',
    "next/aigogo.json": manifest("utils", "python").replace("1.0.0", "2.0.0"),
    "old-app/aigogo.lock": locking(`${source}:1.0.0`),
    "new-app/aigogo.lock": locking(`${source}:2.0.0`),
    "later-app/aigogo.lock": locking(`${source}:3.0.0`),
    "foreign-app/aigogo.lock": locking("registry.example/agents/utils:1.0.0"),
    "next/aigogo.lock": locking(`${source}:1.0.0`),
  };

  const targets = async () => targetsOf(registry, same);

  test("in folders of one name do not leave Nx without a graph; a project.json has the last word", async () => {
    expect(Object.keys(await targets()).toSorted()).toEqual([
      "foreign-app",
      "later-app",
      "new-app",
      "old-app",
      "one-utils",
      "two-utils",
      "utils-next",
    ]);
  });

  test("and of one version as well are not pushed over each other", async () => {
    const all = await targets();
    expect(all["one-utils"]?.["push"]?.options).toEqual({
      repository: source,
      rivals: ["two/utils"],
    });
    expect(all["utils-next"]?.["push"]?.options).toEqual({ repository: source });
  });

  test("are told apart by the locked version; of none that is here, all could be meant", async () => {
    const all = await targets();
    const before = (project: string) => all[project]?.["install"]?.dependsOn?.[0];
    const push = (...projects: readonly string[]) => ({ projects, target: "push" });
    expect(before("old-app")).toEqual(push("one-utils", "two-utils"));
    expect(before("new-app")).toEqual(push("utils-next"));
    expect(before("later-app")).toEqual(push("utils-next", "one-utils", "two-utils"));
    expect(before("foreign-app")).toBeUndefined();
    expect(before("utils-next")).toEqual(push("one-utils", "two-utils"));
  });
});
