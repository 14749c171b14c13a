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
default_runner = "ubuntu-latest"
[skipping]
[jobs.build]
source_files = ["src/**"]
env_inputs = ["FLEET_MODE"]
steps = [{ run = "make" }]
[jobs.test]
needs = ["build"]
if = "branch == 'main'"
source_files = ["test/**"]
steps = [{ run = "make test" }]
[[outputs]]
provider = "github"
path = ".github/workflows/ci.yml"
`;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-explain-"));
  for (const folder of ["src", "test"]) {
    mkdirSync(path.join(root, folder));
    writeFileSync(path.join(root, folder, "a.c"), "int a;\n");
  }
  writeFileSync(path.join(root, "cig.toml"), definition);
});
afterEach(() => rmSync(root, { recursive: true }));

async function slipway(...words: readonly string[]) {
  return new Promise<{ code: unknown; out: string; error: string }>((resolve) => {
    const { FLEET_MODE: _mode, ...environment } = process.env;
    const options = { cwd: root, env: { ...environment, NO_COLOR: "1" } };
    execFile(process.execPath, [cli, ...words], options, (failed, out, error) => {
      resolve({ code: failed?.code ?? 0, out: out.replaceAll(/\b[0-9a-f]{12}\b/g, "#"), error });
    });
  });
}

const rest = `  starts by       push: branches main
                  pull request
  if              branch == 'main'
  after           build
  left out        while its signature has succeeded; not where a clock or a person starts it
`;

test("a job is explained by what starts it, by its signature, and by what is on record", async () => {
  const first = await slipway("ci", "explain", "job", "test");
  expect({ code: first.code, out: first.out }).toEqual({
    code: 0,
    out: `ci.test will run: no success of it is on record here
${rest}  work signature  #
    files         1
    options       env, matrix, overrides, packages, runner, services, steps
    upstreams     fleet:build (#)
  github          .github/workflows/ci.yml
                  \`==\` in conditions by other means: GitHub compares texts without regard to capital letters
`,
  });
  expect((await slipway("signature", "--record")).code).toBe(0);
  const recorded = await slipway("ci", "explain", "test");
  expect(recorded.out.split("\n")[0]).toBe(
    "ci.test will be left out: it is as at its last success",
  );
  writeFileSync(path.join(root, "src/a.c"), "int b;\n");
  const build = await slipway("ci", "explain", "build");
  expect(build.out.split("\n").slice(0, 2)).toEqual([
    "ci.build will run: it is not as at its last success",
    "  because src/a.c has other content",
  ]);
  expect(build.out).toContain("    variables     FLEET_MODE (unset)\n");
  const told = await slipway("ci", "explain", "test", "--json");
  const { jobs } = JSON.parse(told.out) as {
    jobs: readonly {
      readonly job: string;
      readonly signature: { readonly differences: unknown };
    }[];
  };
  expect(jobs.map(({ job }) => job)).toEqual(["test"]);
  expect(jobs[0]?.signature.differences).toMatchObject([{ kind: "upstream-changed" }]);
});

test("an id that is none is told with those that are near", async () => {
  const { code, out, error } = await slipway("ci", "explain", "tset");
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(error).toContain("there is no job tset: there is test\n");
});
