import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openTree } from "@slipway/signature";
import type { Tree } from "@slipway/signature";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jobSignatures } from "./job-signatures.ts";
import type { JobSignatures } from "./job-signatures.ts";

const pipeline = `version = "0.2"
[project]
name = "fleet"
[jobs.lint]
source_files = ["src/**", "!src/x/**"]
skip_if = { env = ["STRICT"] }
steps = [{ run = "make lint" }]
[jobs.docs]
source_files = ["docs/*.md"]
steps = [{ run = "make docs" }]
`;

const { signal } = new AbortController();
let root: string;

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-job-signatures-"));
  for (const file of ["src/a", "docs/a.md"]) {
    mkdirSync(path.join(root, path.dirname(file)));
    writeFileSync(path.join(root, file), "x");
  }
  execFileSync("git", ["init", "-q"], { cwd: root });
});
afterAll(() => rmSync(root, { recursive: true }));

type Asked = {
  readonly text?: string;
  readonly versions?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
};

const versions = { src: "1", docs: "1" };

/** One memory for many questions, and a tree whose folders have the versions that the test says. */
async function openMemory(): Promise<{
  readonly ask: (asked?: Asked) => Promise<JobSignatures>;
  readonly memo: Map<string, string>;
}> {
  const opened = await openTree(root, { cacheFile: undefined, signal });
  if (!opened.ok) throw new Error(opened.failure.reason);
  const memo = new Map<string, string>();
  return {
    memo,
    ask: async ({ text = pipeline, environment = {}, ...asked } = {}) => {
      const tree: Tree = {
        ...opened.value,
        listing: opened.value.listing,
        versionOf: (folder) => new Map(Object.entries(asked.versions ?? versions)).get(folder),
        memo: { get: (key) => memo.get(key), set: (key, value) => void memo.set(key, value) },
      };
      const found = await jobSignatures({ file: "cig.toml", text }, { tree, environment }, signal);
      if (!found.ok) throw new Error(JSON.stringify(found.failure));
      return found.value;
    },
  };
}

test("jobs are signed once as long as nothing changes that they read", async () => {
  const { ask } = await openMemory();
  const first = await ask();
  expect([...first.signatures.keys()]).toEqual(["fleet:docs", "fleet:lint"]);
  expect(first.signed).not.toBe(undefined);
  expect(await ask()).toMatchObject({ signatures: first.signatures, signed: undefined });
  expect(await ask({ versions: { ...versions, other: "1" } })).toHaveProperty("signed", undefined);
  expect(await ask({ environment: { OTHER: "1" } })).toHaveProperty("signed", undefined);
});

test.each<readonly [what: string, asked: Asked]>([
  ["the file", { text: `${pipeline}# more\n` }],
  ["a folder that a job reads", { versions: { ...versions, docs: "2" } }],
  ["a folder that is gone", { versions: { src: "1" } }],
  ["a declared variable", { environment: { STRICT: "" } }],
  ["the salt", { environment: { SLIPWAY_SALT: "x" } }],
])("another state of %s has them signed again", async (_, asked) => {
  const { ask } = await openMemory();
  await ask();
  expect((await ask(asked)).signed).not.toBe(undefined);
  expect(await ask(asked)).toHaveProperty("signed", undefined);
  expect((await ask()).signed).not.toBe(undefined);
});

test("another lock beside the file has them signed again", async () => {
  const { ask } = await openMemory();
  await ask();
  const core = '[core]\nversion = "1.0.0"\nprotocol = 1\n';
  writeFileSync(
    path.join(root, "cig.lock"),
    `schema_version = "1"\nconfig = "${"0".repeat(64)}"\n${core}`,
  );
  expect((await ask()).signed).not.toBe(undefined);
  expect(await ask()).toHaveProperty("signed", undefined);
  rmSync(path.join(root, "cig.lock"));
  expect((await ask()).signed).not.toBe(undefined);
});

test.each(["[]", "{}", '["x", [], [], {"a": "b"}]', "7"])(
  "a memory of %s is none",
  async (text) => {
    const { ask, memo } = await openMemory();
    await ask();
    for (const key of memo.keys()) memo.set(key, text);
    expect((await ask()).signed).not.toBe(undefined);
  },
);

test("no value of a variable is remembered", async () => {
  const { ask, memo } = await openMemory();
  await ask({ environment: { STRICT: "a-secret-value" } });
  expect([...memo].flat().join("\n")).not.toContain("a-secret-value");
});
