import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const cli = path.join(import.meta.dirname, "../../slipway.cjs");

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-skipping-"));
  mkdirSync(path.join(root, "src"));
  writeFileSync(path.join(root, "src/a.c"), "int a;\n");
  writeFileSync(path.join(root, ".gitignore"), ".slipway\n");
  writeFileSync(
    path.join(root, "cig.toml"),
    `version = "0.2"
[project]
name = "fleet"
[jobs.build]
source_files = ["src/**"]
steps = [{ run = "make" }]
[jobs.test]
needs = ["build"]
source_files = ["src/**"]
steps = [{ run = "make test" }]
[jobs.docs]
source_files = ["*.toml"]
steps = [{ run = "make docs" }]
`,
  );
  execFileSync("git", ["init", "--quiet"], { cwd: root });
});
afterEach(() => rmSync(root, { recursive: true }));

const main = {
  GITHUB_EVENT_NAME: "push",
  GITHUB_REF: "refs/heads/main",
  GITHUB_REF_TYPE: "branch",
  GITHUB_REF_NAME: "main",
};
const pull = { GITHUB_EVENT_NAME: "pull_request", GITHUB_REF: "refs/pull/7/merge" };

async function ci(environment: object, ...words: readonly string[]) {
  return new Promise<{ code: unknown; out: string; error: string }>((resolve) => {
    const options = { cwd: root, env: { ...process.env, NO_COLOR: "1", ...environment } };
    execFile(process.execPath, [cli, "ci", ...words], options, (failed, out, error) => {
      resolve({ code: failed?.code ?? 0, out, error });
    });
  });
}

async function decide(environment: object): Promise<string> {
  const { out } = await ci(environment, "compute-signatures", "--provider", "github");
  return out.trim().split("\n").toSorted().join(" ");
}

test("what succeeded runs no more until it changes, and a pull request is believed by itself alone", async () => {
  const record = ["record-success", "--provider", "github"];
  expect(await decide(main)).toBe("build=true docs=true test=true");
  const results = {
    build: { result: "success" },
    test: { result: "failure" },
    docs: { result: "skipped" },
  };
  expect(await ci({ ...pull, SLIPWAY_RESULTS: JSON.stringify(results) }, ...record)).toMatchObject({
    code: 0,
    out: "recorded  build\n",
  });
  expect(await decide(main)).toBe("build=true docs=true test=true");
  expect(await decide(pull)).toBe("build=false docs=true test=true");
  await ci(main, ...record, "--job", "docs", "--job", "build", "--job", "test");
  expect(await decide(main)).toBe("build=false docs=false test=false");
  expect(await decide({ ...pull, GITHUB_REF: "refs/pull/8/merge" })).toBe(
    "build=false docs=false test=false",
  );
  expect(await decide({ ...main, SLIPWAY_FORCE: "1" })).toBe("build=true docs=true test=true");
  writeFileSync(path.join(root, "src/a.c"), "int b;\n");
  expect(await decide(main)).toBe("build=true docs=false test=true");
});

test("why a job runs is told beside, and what cannot be asked for is refused", async () => {
  const { error } = await ci(main, "compute-signatures", "--provider", "github");
  expect(error).toContain("run  build: no success of it as it is now is on record");
  expect((await ci(main, "compute-signatures")).code).toBe(2);
  const unknown = await ci(main, "compute-signatures", "--provider", "github", "--workflow", "x");
  expect(unknown.code).toBe(1);
  expect(unknown.error).toContain("there is no workflow x");
});
