import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

// What a run of a CI system calls as scripts/pack-ci.ts makes one file of it, on a machine that has nothing else of ours.

const repository = path.join(import.meta.dirname, "../../../..");
const ours = path.join(repository, "tools/cli/slipway.cjs");
let folder: string;
let packed: string;
let root: string;

/** From so many on a second thread reads them. */
const manyFiles = 8100;
const largeBytes = 9_000_000;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "slipway-packed-ci-"));
  const words = ["scripts/pack-ci.ts", path.join(folder, ".slipway")];
  packed = execFileSync(process.execPath, words, { cwd: repository, encoding: "utf8" }).trim();
  root = path.join(folder, "repository");
  mkdirSync(path.join(root, "many"), { recursive: true });
  for (let file = 0; file < manyFiles; file += 1) {
    writeFileSync(path.join(root, `many/${file}`), `${file}`);
  }
  writeFileSync(path.join(root, "large"), Buffer.alloc(largeBytes));
  writeFileSync(path.join(root, ".gitignore"), ".slipway\n");
  writeFileSync(
    path.join(root, "cig.toml"),
    `version = "0.2"
[project]
name = "fleet"
[jobs.build]
source_files = ["many/**", "large"]
packages = ["ruby"]
steps = [{ run = "make" }]
[jobs.docs]
source_files = ["*.toml"]
steps = [{ run = "make docs" }]
`,
  );
  execFileSync("git", ["init", "--quiet"], { cwd: root });
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(program: string, ...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "ci", ...words], {
    cwd: root,
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      GITHUB_EVENT_NAME: "push",
      GITHUB_REF: "refs/heads/main",
      GITHUB_REF_TYPE: "branch",
      GITHUB_REF_NAME: "main",
    },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const decide = ["compute-signatures", "--provider", "github"];
const record = ["record-success", "--provider", "github"];

test("it is one file, with its digest beside it as sha256sum reads it", () => {
  const beside = path.dirname(packed);
  expect(readdirSync(beside).toSorted()).toEqual(["slipway-ci.mjs", "slipway-ci.mjs.sha256"]);
  const line = `${createHash("sha256").update(readFileSync(packed)).digest("hex")}  slipway-ci.mjs\n`;
  expect(readFileSync(`${packed}.sha256`, "utf8")).toBe(line);
});

test("it decides and records by the signatures of the workspace's own command", () => {
  expect(run(packed, ...decide)).toMatchObject({ status: 0, stdout: "build=true\ndocs=true\n" });
  const recorded = run(packed, ...record, "--job", "build", "--job", "docs");
  expect(recorded).toMatchObject({ status: 0, stdout: "recorded  build\nrecorded  docs\n" });
  const ownAnswer: unknown = JSON.parse(run(packed, ...decide, "--json").stdout);
  expect(ownAnswer).toEqual(JSON.parse(run(ours, ...decide, "--json").stdout));
  expect(ownAnswer).toMatchObject({
    jobs: { build: { run: false, reason: "succeeded" }, docs: { run: false } },
  });
  writeFileSync(path.join(root, "large"), "small");
  expect(run(packed, ...decide).stdout).toBe("build=true\ndocs=false\n");
});

test("what cannot be asked for is refused, in words of any width", () => {
  const { status, stderr } = run(packed, ...decide, "--workflow", "\u5de5\u4f5c");
  expect(status).toBe(1);
  expect(stderr).toContain("there is no workflow \u5de5\u4f5c");
  expect(run(packed, "compute-signatures").status).toBe(2);
});
