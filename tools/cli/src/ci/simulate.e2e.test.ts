import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const cli = path.join(import.meta.dirname, "../../slipway.cjs");

let root: string;

const definition = `version = "0.2"
[project]
name = "fleet"
[triggers]
push = { branches = ["**"] }
pull_request = {}
[environments.live]
[jobs.build]
source_files = ["src/**"]
steps = [{ run = "make" }]
[jobs.docs]
source_files = ["docs/**"]
steps = [{ run = "make docs" }]
[jobs.test]
needs = ["build"]
source_files = ["test/**"]
steps = [{ run = "make test" }]
[jobs.deploy]
needs = ["test"]
if = "branch == 'main'"
environment = "live"
steps = [{ run = "make deploy" }]
[skipping]
install = "true"
[[outputs]]
provider = "github"
path = ".github/workflows/{workflow}.yml"
`;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-simulate-"));
  writeFileSync(path.join(root, "cig.toml"), definition);
  for (const folder of ["src", "docs", "test"]) {
    mkdirSync(path.join(root, folder));
    writeFileSync(path.join(root, folder, "file"), folder);
  }
});
afterEach(() => rmSync(root, { recursive: true }));

async function ci(...words: readonly string[]) {
  return new Promise<{ code: unknown; out: string; error: string }>((resolve) => {
    execFile(process.execPath, [cli, "ci", ...words], { cwd: root }, (failed, out, error) => {
      resolve({ code: failed?.code ?? 0, out, error });
    });
  });
}

test("a push to another branch leaves out what asks for main", async () => {
  const { code, out } = await ci("simulate", "--branch", "dev");
  expect({ code, lines: out.trimEnd().split("\n") }).toEqual({
    code: 0,
    lines: [
      "ci.build   run   github",
      "ci.docs    run   github",
      "ci.test    run   github",
      "ci.deploy  skip  github  branch == 'main'; branch is dev",
    ],
  });
});

test("a change runs what reads it and what needs that", async () => {
  const { code, out } = await ci("simulate", "--changed", "src/file,README.md");
  expect({ code, lines: out.trimEnd().split("\n") }).toEqual({
    code: 0,
    lines: [
      "ci.build   run   github  it reads what changed, or needs what does",
      "ci.docs    skip  github  it reads nothing that changed",
      "ci.test    run   github  it reads what changed, or needs what does",
      "ci.deploy  run   github  it deploys, waits for a person, or says never",
    ],
  });
});

test("a success on record leaves its job out, and one of a pull request leaves out none on main", async () => {
  const record = (event: string, results: object) =>
    new Promise<void>((resolve, reject) => {
      const words = ["record-success", "--provider", "github", "--store", "store"];
      const env = {
        ...process.env,
        GITHUB_EVENT_NAME: event,
        GITHUB_REF: event === "push" ? "refs/heads/main" : "refs/pull/1/merge",
        GITHUB_REF_NAME: event === "push" ? "main" : "1/merge",
        GITHUB_REF_TYPE: "branch",
        GITHUB_BASE_REF: event === "push" ? "" : "main",
        SLIPWAY_RESULTS: JSON.stringify(results),
      };
      execFile(
        process.execPath,
        [cli, "ci", ...words],
        { cwd: root, env },
        (failed, out, error) => {
          if (failed === null) resolve();
          else reject(new Error(out + error));
        },
      );
    });
  await record("push", { build: { result: "success" }, docs: { result: "failure" } });
  await record("pull_request", { test: { result: "success" } });
  const verdicts = async (...words: readonly string[]) => {
    const { out } = await ci("simulate", "--record", "store", ...words);
    return out
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/\s+/).slice(0, 2).join(" "));
  };
  expect(await verdicts()).toEqual([
    "ci.build skip",
    "ci.docs run",
    "ci.test run",
    "ci.deploy run",
  ]);
  expect(await verdicts("--event", "pull-request")).toEqual([
    "ci.build skip",
    "ci.docs run",
    "ci.test skip",
    "ci.deploy skip",
  ]);
});

test("as JSON it says what was asked and what stands in the file", async () => {
  const { code, out } = await ci("simulate", "--failing", "build", "--json");
  const found: unknown = JSON.parse(out);
  expect({ code, found }).toMatchObject({
    code: 0,
    found: {
      schema: 1,
      file: "cig.toml",
      scenario: { event: "push", branch: "main" },
      jobs: [
        { job: "build", provider: "github", fate: { verdict: "run" } },
        { job: "docs", fate: { verdict: "run" } },
        { job: "test", fate: { verdict: "skip", because: "ended-before", failed: ["build"] } },
        { job: "deploy", fate: { verdict: "skip", failed: ["build"] } },
      ],
      disagreements: [],
      decisions: {},
    },
  });
});

test("a branch that GitHub takes for another is told, and fails", async () => {
  const { code, out } = await ci("simulate", "--branch", "MAIN");
  expect(code).toBe(1);
  expect(out.trimEnd().split("\n").at(-1)).toMatch(
    /^! \.github\/workflows\/ci\.yml runs deploy, which its condition does not: \$\{\{ /,
  );
});

test.each([
  [["--event", "tuesday"], "--event is one of push, pull-request, merge-queue, schedule, manual"],
  [["--input", "x"], "--input is name=value, not x"],
  [["--failing", "nope"], "--failing nope is no job: there are build, docs, test, deploy"],
  [["--changed", "a", "--record", "b"], "--changed says what a record would: one of them"],
])("%j is refused", async (words, problem) => {
  const { code, error } = await ci("simulate", ...words);
  expect(code).toBe(2);
  expect(error).toContain(problem);
});
