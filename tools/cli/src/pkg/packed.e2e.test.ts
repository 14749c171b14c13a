import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

// `slipway pkg` as scripts/pack-cli.ts makes one npm package of it, on a machine that has nothing else of ours.

const repository = path.join(import.meta.dirname, "../../../..");
let root: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-packed-"));
  const options = { cwd: repository, encoding: "utf8" } as const;
  const packed = execFileSync(process.execPath, ["scripts/pack-cli.ts", root], options).trim();
  const words = ["install", "--global", "--offline", "--no-audit", "--no-fund"];
  execFileSync("npm", [...words, "--prefix", path.join(root, "prefix"), packed], options);
});
afterAll(async () => rm(root, { recursive: true }));

function slipway(folder: string, ...words: readonly string[]) {
  const program = path.join(root, "prefix/bin/slipway");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "pkg", ...words], {
    cwd: path.join(root, folder),
    env: { PATH: process.env["PATH"], HOME: root },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

async function project(name: string, language: string, file: string, text: string): Promise<void> {
  await mkdir(path.join(root, name));
  await writeFile(path.join(root, name, file), text);
  slipway(name, "init", "--language", language);
  slipway(name, "add", "file", file);
}

test.for([
  ["python", "agent.py", "import yaml\n", "PyYAML"],
  ["go", "agent.go", 'package agent\n\nimport "golang.org/x/net/html"\n', "golang.org/x/net"],
  ["rust", "agent.rs", "use serde::Serialize;\n", "serde"],
] as const)("imports of %s are read without anything beside it", async ([language, ...about]) => {
  const [file, text, name] = about;
  await project(language, language, file, text);
  const scanned = slipway(language, "scan", "--json");
  expect(JSON.parse(scanned.stdout)).toMatchObject({ dependencies: [{ name }] });
  expect(slipway(language, "validate").status).toBe(1);
  slipway(language, "add", "dep", name, language === "go" ? "v0.30.0" : ">=1");
  expect(slipway(language, "validate")).toMatchObject({ status: 0 });
});

test("imports of JavaScript are read by a parser that is installed beside it", async () => {
  await project("javascript", "javascript", "agent.mjs", 'import slug from "slugify";\n');
  const { status, stderr } = slipway("javascript", "scan");
  expect(status).toBe(1);
  expect(stderr).toContain("npm install --global oxc-parser");

  const modules = path.join(root, "prefix/lib/node_modules");
  for (const name of ["oxc-parser", "@oxc-parser"]) {
    const from = path.join(repository, "node_modules", name);
    execFileSync("cp", ["-r", from, path.join(modules, name)]);
  }
  const scanned = slipway("javascript", "scan", "--json");
  expect(JSON.parse(scanned.stdout)).toMatchObject({ dependencies: [{ name: "slugify" }] });
});
