import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const cli = path.join(import.meta.dirname, "../../slipway.cjs");
const recipes = path.join(import.meta.dirname, "../../../../examples/ci-recipes");

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-import-"));
  mkdirSync(path.join(root, ".github/workflows"), { recursive: true });
  copyFileSync(
    path.join(recipes, "github-processes.yml"),
    path.join(root, ".github/workflows/ao.yml"),
  );
});
afterEach(() => rmSync(root, { recursive: true }));

async function ci(...words: readonly string[]) {
  return new Promise<{ code: unknown; out: string; error: string }>((resolve) => {
    const options = { cwd: root };
    execFile(process.execPath, [cli, "ci", ...words], options, (failed, out, error) => {
      resolve({ code: failed?.code ?? 0, out, error });
    });
  });
}

test("a workflow becomes a cig.toml, once, and what it cannot say is told with its line", async () => {
  const file = ".github/workflows/ao.yml";
  const printed = await ci("import", "--print", file);
  expect(printed.code).toBe(0);
  expect(existsSync(path.join(root, "cig.toml"))).toBe(false);
  const { code, out } = await ci("import", file);
  expect({ code, out: out.split("\n") }).toEqual({
    code: 0,
    out: [
      `lost  ${file}:1:1    the comments of the file are not imported`,
      `kept  ${file}:18:3   env.PROJECT: "\${{ vars.AO_PROJECT }}" is kept for GitHub alone`,
      `kept  ${file}:71:11  CLIENT = \${{ vars.AO_CLIENT }} is kept for GitHub alone, as a variable of the job`,
      `kept  ${file}:72:11  NPM_REGISTRY = \${{ vars.NPM_REGISTRY }} is kept for GitHub alone, as a variable of the job`,
      "cig.toml is written; slipway ci plan --diff shows what it renders",
      "",
    ],
  });
  expect(printed.out).toBe(readFileSync(path.join(root, "cig.toml"), "utf8"));
  const again = await ci("import", file);
  expect(again.code).toBe(1);
  expect(again.error).toContain("there is a cig.toml already");
  const machine = await ci("import", "--json", file);
  expect(JSON.parse(machine.out)).toMatchObject({
    schema: 1,
    file,
    notes: [{ line: 1, outcome: "lost" }, { line: 18 }, { line: 71 }, { line: 72 }],
  });
});
