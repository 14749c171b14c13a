import { execFileSync } from "node:child_process";
import { lstat, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Task } from "@nx/devkit";
import { addPackage, buildPackage, cacheIn, lockName, storeIn } from "@slipway/packages";
import { openRegistry } from "@slipway/registry";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installBatch } from "./executor.ts";

let root: string;
const homeBefore = process.env["HOME"];

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-batch-"));
  process.env["HOME"] = path.join(root, "home");
});
afterEach(async () => {
  process.env["HOME"] = homeBefore;
  // The folders of a store are read-only.
  execFileSync("chmod", ["-R", "u+w", root]);
  await rm(root, { recursive: true });
});

const at = (...names: readonly string[]) => path.join(root, ...names);
const { signal } = new AbortController();

/** A package of this machine, and each project locks it. */
async function lockIn(projects: readonly string[]): Promise<void> {
  const home = at("home");
  const cache = cacheIn(home);
  await mkdir(at("words"), { recursive: true });
  const manifest = { name: "words", version: "1.0.0", language: { name: "python" } };
  await writeFile(
    at("words/aigogo.json"),
    JSON.stringify({ ...manifest, files: { include: ["*.py"] } }),
  );
  await writeFile(at("words/words.py"), "x = 1\n");
  const reference = "words:1.0.0";
  const place = { folder: at("words"), home };
  const options = { place, cache, reference, isForced: false, isChecked: true };
  const built = await buildPackage({
    ...options,
    builtAt: new Date(0),
    signal,
    progress: () => {},
  });
  expect(built).toMatchObject({ ok: true });
  for (const project of projects) {
    await mkdir(at("workspace", project), { recursive: true });
    const lockFile = at("workspace", project, lockName);
    const world = { store: storeIn(home), cache, registry: openRegistry(), signal };
    expect(await addPackage({ reference, lockFile, ...world })).toMatchObject({ ok: true });
  }
}

test("projects of a batch are installed each, and one that cannot be holds up no other", async () => {
  const projects = ["a", "broken", "b"];
  await lockIn(projects);
  await writeFile(at("workspace/broken", lockName), "<<<<<<< HEAD\n");
  const ids = projects.map((name) => `${name}:install`);
  const tasks = projects.map((project) => {
    const id = `${project}:install`;
    const target = { project, target: "install" };
    const task: Task = { id, target, overrides: {}, outputs: [], parallelism: true, cache: false };
    return [id, task] as const;
  });
  const graph = {
    roots: ids,
    tasks: Object.fromEntries(tasks),
    dependencies: {},
    continuousDependencies: {},
  };
  const context = {
    root: at("workspace"),
    cwd: at("workspace"),
    isVerbose: false,
    nxJsonConfiguration: {},
    projectGraph: { nodes: {}, dependencies: {} },
    projectsConfigurations: {
      version: 2,
      projects: Object.fromEntries(projects.map((name) => [name, { root: name }])),
    },
  };
  const inputs = Object.fromEntries(ids.map((id) => [id, {}]));
  const ended: unknown[] = [];
  for await (const { task, result } of installBatch(graph, inputs, {}, context)) {
    ended.push([task, result.success, result.terminalOutput.split("\n")[0]]);
  }
  expect(ended).toEqual([
    ["a:install", true, expect.stringContaining("nothing had been installed")],
    ["broken:install", false, expect.stringContaining("aigogo.lock cannot be used")],
    ["b:install", true, expect.stringContaining("nothing had been installed")],
  ]);
  for (const project of ["a", "b"]) {
    const link = await lstat(at("workspace", project, ".aigogo/imports/aigogo/words"));
    expect(link.isSymbolicLink()).toBe(true);
  }
});
