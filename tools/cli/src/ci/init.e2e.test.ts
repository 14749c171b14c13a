import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const cli = path.join(import.meta.dirname, "../../slipway.cjs");

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-init-"));
});
afterEach(() => rmSync(root, { recursive: true }));

async function ci(...words: readonly string[]) {
  return new Promise<{ code: unknown; out: string; error: string }>((resolve) => {
    const options = { cwd: root, env: { ...process.env, NO_COLOR: "1" } };
    execFile(process.execPath, [cli, "ci", ...words], options, (failed, out, error) => {
      resolve({ code: failed?.code ?? 0, out, error });
    });
  });
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
}

test("what init writes for every language and every system is rendered, and is not written twice", async () => {
  write({
    "package.json": '{ "scripts": { "test": "node --test" }, "engines": { "node": "22" } }',
    "package-lock.json": '{ "lockfileVersion": 3, "packages": {} }',
    "go/go.mod": "module example\ngo 1.22\n",
    "py/requirements.txt": "pytest==8.0.0\n",
    "rb/Gemfile": 'gem "rspec"\n',
    "rs/Cargo.toml": '[package]\nname = "a"\nversion = "0.1.0"\n',
    ".github/workflows/old.yml": "on: push\njobs: {}\n",
    ".circleci/readme": "",
    ".buildkite/readme": "",
  });
  const begun = await ci("init");
  expect({ code: begun.code, out: begun.out }).toEqual({
    code: 0,
    out: `cig.toml is written: go, node, python, ruby, rust, for .github/workflows/ci.yml, .circleci/config.yml, .buildkite/pipeline.yml
slipway ci plan --diff shows what it renders
`,
  });
  const text = readFileSync(path.join(root, "cig.toml"), "utf8");
  const validated = await ci("validate", "--json");
  const { diagnostics } = JSON.parse(validated.out) as {
    diagnostics: readonly { readonly level: string }[];
  };
  expect(validated.code).toBe(0);
  expect(diagnostics.filter(({ level }) => level === "LEVEL_ERROR")).toEqual([]);
  const rendered = await ci("render");
  expect(rendered.code).toBe(0);
  expect(existsSync(path.join(root, ".buildkite/pipeline.yml"))).toBe(true);
  const again = await ci("init");
  expect({ code: again.code, out: again.out }).toEqual({ code: 1, out: "" });
  expect(again.error).toContain("there is a cig.toml already");
  expect(readFileSync(path.join(root, "cig.toml"), "utf8")).toBe(text);
});

test("an empty folder gets one for GitHub; --print writes nothing", async () => {
  const printed = await ci("init", "--print");
  expect(printed.code).toBe(0);
  expect(existsSync(path.join(root, "cig.toml"))).toBe(false);
  expect((await ci("init")).code).toBe(0);
  expect(readFileSync(path.join(root, "cig.toml"), "utf8")).toBe(printed.out);
  expect((await ci("plan")).code).toBe(0);
});
