import { execFile } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const cli = path.join(import.meta.dirname, "../../slipway.cjs");
const packages = path.join(import.meta.dirname, "../../../../workspace-plugins");

let root: string;

const definition = `version = "0.2"
[project]
name = "fleet"
[jobs.build]
steps = [{ run = "make" }]
[jobs.test]
needs = ["build"]
matrix = { arch = ["amd64", "arm64"] }
steps = [{ run = "make test" }]
[plugins."provider/github"]
source = "./plugin"
[[outputs]]
provider = "github"
path = ".github/workflows/{workflow}.yml"
`;

const rendered = "build: []\ntest-amd64: [build]\ntest-arm64: [build]\n";

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-render-"));
  mkdirSync(path.join(root, "plugin"));
  writeFileSync(path.join(root, "cig.toml"), definition);
  copyFileSync(
    path.join(packages, "pipelines/test/text-plugin.ts"),
    path.join(root, "plugin/plugin.ts"),
  );
  mkdirSync(path.join(root, "node_modules/@slipway"), { recursive: true });
  symlinkSync(
    path.join(packages, "pipeline-sdk"),
    path.join(root, "node_modules/@slipway/pipeline-sdk"),
  );
  writeFileSync(
    path.join(root, "plugin/module.toml"),
    '[module]\nname = "provider/github"\nversion = "9.9.9"\n[run]\nprogram = "./plugin.ts"\n',
  );
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

function written(): string {
  return readFileSync(path.join(root, ".github/workflows/ci.yml"), "utf8");
}

test("a pipeline is planned, rendered, and found as it is", async () => {
  expect(await ci("plan")).toMatchObject({
    code: 0,
    out: `Plugins
  ✓ provider/github@9.9.9 (cig.toml, not slipway's own)

Jobs
  + ci.build
  + ci.test (matrix: 2 variants; after build)

Files
  + .github/workflows/ci.yml (new, 4 lines)

slipway ci render applies this; --diff shows it
`,
  });
  expect((await ci("render", "--check")).code).toBe(1);
  expect((await ci("render")).out).toBe("  + .github/workflows/ci.yml (new, 4 lines)\n");
  const first = written();
  expect(first.split("\n").slice(1).join("\n")).toBe(rendered);
  expect(await ci("render", "--check")).toMatchObject({
    code: 0,
    out: "  = .github/workflows/ci.yml (as it is, 4 lines)\n",
  });
  expect((await ci("render")).code).toBe(0);
  expect(written()).toBe(first);
});

test("what was edited by hand is not written over, and what is no output any more goes", async () => {
  await ci("render");
  const file = path.join(root, ".github/workflows/ci.yml");
  const ours = written();
  writeFileSync(file, `${ours}mine: []\n`);
  const refused = await ci("render");
  expect(refused.code).toBe(1);
  expect(refused.error).toContain("-mine: []");
  expect(written()).toBe(`${ours}mine: []\n`);
  expect((await ci("render", "--force")).code).toBe(0);
  expect(written()).toBe(ours);
  writeFileSync(
    path.join(root, "cig.toml"),
    definition.replace("{workflow}.yml", "{workflow}.yaml"),
  );
  expect((await ci("render")).out).toBe(
    "  + .github/workflows/ci.yaml (new, 4 lines)\n  - .github/workflows/ci.yml (no output any more: removed)\n",
  );
  expect(existsSync(file)).toBe(false);
});

test("what a provider cannot render is told at its place, and nothing is written", async () => {
  const text = definition.replace("needs =", "retry = 2\nneeds =");
  writeFileSync(path.join(root, "cig.toml"), text);
  const { code, out } = await ci("render");
  expect({ code, out }).toEqual({
    code: 1,
    out: `cig.toml:6:7: error FEATURE_UNSUPPORTED: provider/github cannot render Work.retry
  → repeat it in the command
`,
  });
  expect(existsSync(path.join(root, ".github"))).toBe(false);
  const answer = await ci("render", "--json");
  expect({ code: answer.code, ...JSON.parse(answer.out) }).toMatchObject({
    code: 1,
    files: [],
    diagnostics: [{ code: "FEATURE_UNSUPPORTED" }],
  });
  const machine = await ci("validate", "--json");
  expect(machine.code).toBe(1);
  expect(JSON.parse(machine.out)).toEqual({
    schema: 1,
    diagnostics: [
      {
        level: "LEVEL_ERROR",
        code: "FEATURE_UNSUPPORTED",
        title: "not rendered",
        message: "provider/github cannot render Work.retry",
        fixHint: "repeat it in the command",
        place: { file: "cig.toml", line: 6, column: 7, path: "jobs.test" },
      },
    ],
  });
  const sarif = await ci("validate", "--sarif");
  expect(sarif.code).toBe(1);
  expect(JSON.parse(sarif.out)).toMatchObject({
    version: "2.1.0",
    runs: [
      {
        results: [
          {
            ruleId: "FEATURE_UNSUPPORTED",
            level: "error",
            message: { text: "provider/github cannot render Work.retry\nrepeat it in the command" },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: "cig.toml" },
                  region: { startLine: 6, startColumn: 7 },
                },
              },
            ],
          },
        ],
      },
    ],
  });
});

test("several failures are one object for machines", async () => {
  const two = `${definition}[[outputs]]\nprovider = "nobody"\npath = "a.yml"\n[[outputs]]\nprovider = "noone"\npath = "b.yml"\n`;
  writeFileSync(path.join(root, "cig.toml"), two);
  const { code, out } = await ci("plan", "--json");
  expect({ code, ...JSON.parse(out) }).toMatchObject({
    code: 1,
    failure: { reason: "plugin-not-found", plugin: "provider/nobody" },
    failures: [{ plugin: "provider/nobody" }, { plugin: "provider/noone" }],
  });
});

test("files that would leave a job out are said to do so in no run without [skipping]", async () => {
  const text = definition.replace(
    "needs =",
    'skip_if = { paths_unmodified = ["src/**"] }\nneeds =',
  );
  writeFileSync(path.join(root, "cig.toml"), text);
  expect((await ci("validate")).out).toContain(
    "cig.toml:7:1: warning SKIPPING_OFF: the job test is not left out when its files are unmodified: nothing compares them in a run\n  → add [skipping], which says how a run finds that out\n",
  );
});

test("one provider alone leaves the files of others as they are, and one that there is not is told", async () => {
  await ci("render");
  const two = `${definition}[[outputs]]\nprovider = "circleci"\npath = ".circleci/config.yml"\n`;
  writeFileSync(path.join(root, "cig.toml"), two);
  expect((await ci("render", "--provider", "circleci")).code).toBe(0);
  const file = path.join(root, ".circleci/config.yml");
  expect([existsSync(file), written().split("\n").slice(1).join("\n")]).toEqual([true, rendered]);
  expect((await ci("render", "--provider", "github", "--check")).code).toBe(0);
  const wrong = await ci("render", "--provider", "gihtub");
  expect(wrong.code).toBe(1);
  expect(wrong.error).toContain("no output is for gihtub");
  expect(existsSync(file)).toBe(true);
  expect((await ci("render", "--check")).code).toBe(0);
});
