import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const cli = path.join(import.meta.dirname, "../../slipway.cjs");

let root: string;

const head = 'version = "0.2"\n[project]\nname = "fleet"\n';
const output = '[[outputs]]\nprovider = "github"\npath = ".github/workflows/{workflow}.yml"\n';

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-modules-"));
  execFileSync("git", ["init", "--quiet"], { cwd: root });
  writeFileSync(path.join(root, "package.json"), '{ "engines": { "node": "22.1.0" } }');
  writeFileSync(path.join(root, "package-lock.json"), '{ "lockfileVersion": 3 }');
});
afterEach(() => rmSync(root, { recursive: true }));

async function ci(definition: string, ...words: readonly string[]) {
  writeFileSync(path.join(root, "cig.toml"), `${head}${definition}${output}`);
  return new Promise<{ code: unknown; out: string; error: string }>((resolve) => {
    const options = { cwd: root, env: { ...process.env, NO_COLOR: "1" } };
    execFile(process.execPath, [cli, "ci", ...words], options, (failed, out, error) => {
      resolve({ code: failed?.code ?? 0, out, error });
    });
  });
}

type Step = { readonly name?: string; readonly run?: { readonly command: string } };

async function stepsOf(definition: string): Promise<readonly string[]> {
  const { out, error } = await ci(definition, "plan", "--json");
  if (out === "") throw new Error(error);
  const { graph } = JSON.parse(out) as {
    graph: { workflows: { jobs: { work: { steps: Step[] } }[] }[] };
  };
  const steps = graph.workflows[0]?.jobs[0]?.work.steps ?? [];
  return steps.map(({ name = "", run }) => `${name}: ${run?.command.split("\n")[0] ?? "-"}`);
}

test("a package is installed as the repository wants it, before the steps of the job", async () => {
  const steps = await stepsOf('[jobs.a]\npackages = ["node"]\nsteps = [{ run = "make" }]\n');
  expect(steps[0]).toBe("node 22.1.0: -");
  expect(steps.slice(-2)).toEqual(["npm ci: npm ci", ": make"]);
});

test("inputs of a module that it does not have, and a version that is not there, are told where they are", async () => {
  const { code, error } = await ci(
    '[jobs.a]\nsteps = [{ uses = "db/postgres@^9.0", with = { versoin = "15" } }]\n',
    "plan",
  );
  expect(code).toBe(1);
  expect(error).toContain(
    "cig.toml:5:12  jobs.a.steps.0.uses: db/postgres is there as 0.1.0, which ^9.0 does not let in",
  );
  expect(error).toContain("db/postgres has no input versoin; did you mean version?");
});

test("a module of the repository may be steps alone, with its inputs put in", async () => {
  const folder = path.join(root, "ci/greet");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    path.join(folder, "module.toml"),
    `[module]
name = "own/greet"
version = "1.0.0"
[inputs]
who = { type = "string", default = "you" }
[[steps]]
name = "greet"
run = "echo hello {{ inputs.who }}"
`,
  );
  const plugin = '[plugins."own/greet"]\nsource = "./ci/greet"\n';
  const uses = (given: string) =>
    `[jobs.a]\nsteps = [{ uses = "own/greet"${given} }, { run = "make" }]\n${plugin}`;
  expect((await ci(uses(""), "sync")).code).toBe(0);
  expect(await stepsOf(uses(""))).toEqual(["greet: echo hello you", ": make"]);
  expect(await stepsOf(uses(', with = { who = "all" }'))).toEqual([
    "greet: echo hello all",
    ": make",
  ]);
});
