import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { generateProjects } from "../scripts/bench/job-graphs.ts";

const repository = path.join(import.meta.dirname, "..");
const projects = ["p0000", "p0001", "p0002", "p0003"];
let root: string;

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-signature-e2e-"));
  generateProjects(root, projects.length);
  const plugins = ["@slipway/executors/plugin", "@slipway/pipelines/plugin"];
  const settings = { analytics: false, neverConnectToCloud: true, cacheDirectory: ".nx/cache" };
  writeFileSync(path.join(root, "nx.json"), JSON.stringify({ ...settings, plugins }));
  writeFileSync(path.join(root, "package.json"), '{"name":"fleet","private":true}');
  symlinkSync(path.join(repository, "node_modules"), path.join(root, "node_modules"));
  execFileSync("git", ["init", "-q"], { cwd: root });
});
afterAll(() => rmSync(root, { recursive: true }));

/** The projects whose `signature` Nx ran and did not take from its cache. */
function run(): readonly string[] {
  const nx = path.join(repository, "node_modules", "nx", "dist", "bin", "nx.js");
  const words = [nx, "run-many", "-t", "signature", "--outputStyle=static"];
  const text = execFileSync(process.execPath, words, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NX_DAEMON: "false", NX_TUI: "false", FORCE_COLOR: "0" },
  });
  const rows = [...text.matchAll(/nx run (p\d{4}):signature(.*)/g)];
  expect(new Set(rows.map(([, project]) => project))).toEqual(new Set(projects));
  const ran = rows.filter(([, , rest = ""]) => !/cache/.test(rest)).map(([, name = ""]) => name);
  return [...new Set(ran)].toSorted();
}

function fileOf(project: string): string {
  return readFileSync(path.join(root, "packages", project, "dist/signatures.json"), "utf8");
}

test("the first command writes a file for each project, the second starts nothing", () => {
  expect(run()).toEqual(projects);
  for (const name of projects) {
    expect(Object.keys((JSON.parse(fileOf(name)) as { readonly jobs: object }).jobs)).toEqual([
      `${name}:${name}`,
    ]);
  }
  expect(run()).toEqual([]);
});

test("a changed file changes the file of its project and runs no other", () => {
  const before = fileOf("p0001");
  const changed = path.join(root, "packages/p0001/src/m0/f3.ts");
  const text = readFileSync(changed, "utf8");
  appendFileSync(changed, "// more\n");
  expect(run()).toEqual(["p0001"]);
  expect(fileOf("p0001")).not.toBe(before);
  writeFileSync(changed, text);
  expect(run()).toEqual([]);
  expect(fileOf("p0001")).toBe(before);
});

test("a comment in the pipeline changes no signature, and a file that is gone comes back", () => {
  const before = fileOf("p0002");
  appendFileSync(path.join(root, "packages/p0002/cig.toml"), "# a comment\n");
  rmSync(path.join(root, "packages/p0003/dist"), { recursive: true });
  run();
  expect(fileOf("p0002")).toBe(before);
  expect(fileOf("p0003")).toContain("p0003:p0003");
  expect(run()).toEqual([]);
});
