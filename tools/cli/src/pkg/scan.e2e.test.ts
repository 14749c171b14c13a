import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const program = path.join(import.meta.dirname, "..", "..", "slipway.cjs");
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-cli-scan-"));
  await mkdir(path.join(folder, "lib"));
  const files = { include: "auto" };
  const manifest = { name: "demo", version: "1.0.0", language: { name: "javascript" }, files };
  await writeFile(path.join(folder, "aigogo.json"), JSON.stringify(manifest));
  await writeFile(path.join(folder, "lib", "a.mjs"), `import "x/y";\n`);
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

function slipway(cwd: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "pkg", ...args], {
    cwd,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("scan finds the project from below, and tells results on the standard output alone", () => {
  const { status, stdout, stderr } = slipway(path.join(folder, "lib"), "scan");
  expect([status, stderr]).toEqual([0, "  · Scanning source files for imports...\n"]);
  expect(stdout.split("\n").slice(0, 2)).toEqual([
    "Found 1 external dependency:",
    "  - x (in lib/a.mjs:1)",
  ]);
});

test("scan --json is one object", () => {
  const { status, stdout } = slipway(folder, "scan", "--json");
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 1,
    package: { name: "demo", version: "1.0.0", language: "javascript" },
    dependencies: [
      { name: "x", kind: "runtime", declared: "no", imports: [{ file: "lib/a.mjs", line: 1 }] },
    ],
    suggestions: { runtime: [{ package: "x", version: "*" }], dev: [] },
  });
});

test("a file that cannot be parsed is shown with its line", async () => {
  await writeFile(path.join(folder, "lib", "a.mjs"), "let a = ;\n");
  const { status, stderr } = slipway(folder, "scan");
  expect(status).toBe(1);
  expect(stderr).toContain("  at lib/a.mjs:1:9\n    let a = ;\n            ~\n");
});

test("where there is no package it is said, and a word too many is usage", () => {
  expect(slipway(path.dirname(folder), "scan").status).toBe(1);
  expect(slipway(folder, "scan", "x").status).toBe(2);
});

test("validate ends with 1 while an import is undeclared, and with 0 once all is well", async () => {
  const missing = slipway(folder, "validate", "--json");
  expect([missing.status, JSON.parse(missing.stdout)]).toMatchObject([
    1,
    { schema: 1, valid: false, errors: [{ rule: "dependencies-undeclared" }, { name: "x" }] },
  ]);
  await writeFile(path.join(folder, "lib", "a.mjs"), `import "node:fs";\n`);
  expect(slipway(folder, "validate")).toMatchObject({
    status: 0,
    stdout: "✓ demo 1.0.0 is valid\n",
  });
});
