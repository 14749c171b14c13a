import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { testConformance } from "@slipway/pipelines/conformance";
import { parseManifest } from "@slipway/pipelines/modules";
import { Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import { planRender } from "@slipway/pipelines/render";
import { expect, test } from "vitest";

const folder = path.join(import.meta.dirname, "../../workspace-plugins/pipeline-plugins");

/** Providers have tests of their own. */
const plugins = readdirSync(folder).filter((name) => !name.startsWith("provider-"));

test.for(plugins)("%s conforms, and says what its manifest says", async (name) => {
  const main = path.join(folder, name, "src/main.ts");
  const program = { name, file: process.execPath, args: [main], folder: path.dirname(main) };
  const { plugin, version, checks } = await testConformance(program, { limitMs: 60_000 });
  expect(checks.filter((each) => Object.keys(each).length > 1)).toEqual([]);
  expect(checks).toHaveLength(9);
  const text = readFileSync(path.join(folder, name, "module.toml"), "utf8");
  const manifest = parseManifest("module.toml", text);
  expect(manifest).toMatchObject({
    ok: true,
    value: { name: plugin, version, content: { programs: { any: "src/main.ts" } } },
  });
  expect(readFileSync(path.join(folder, name, "package.json"), "utf8")).toContain(
    `"version": "${version}"`,
  );
});

const pipeline = `version = "0.2"
[project]
name = "fleet"

[jobs.test]
runner = "big"
packages = ["node", { name = "python", version = "3.12", path = "tools" }]
caches = ["dist"]
steps = [
  { uses = "db/postgres", with = { version = "15", password = { secret = "DB" } } },
  { run = "npm test" },
]

[caches.dist]
paths = ["dist"]
key_parts = ["package.json"]
backend = "s3"

[plugins."cache/s3".settings]
bucket = "store"

[plugins."runners/self-hosted".settings.runners.big]
labels = ["linux"]
resource_class = "acme/big"

[plugins."policy/security".settings.levels]
SECURITY_004 = "off"

[plugins."policy/cost".settings]
max_jobs = 1
runners = ["small"]
levels = { COST_005 = "info" }
${[
  "github .github/workflows/ci.yml",
  "circleci .circleci/config.yml",
  "buildkite .buildkite/pipeline.yml",
  "jenkins Jenkinsfile",
]
  .map((output) => output.split(" "))
  .map(([provider, file]) => `\n[[outputs]]\nprovider = "${provider}"\npath = "${file}"\n`)
  .join("")}`;

/** What shellcheck says of a script for a POSIX shell. */
function faultsOf(script: string): string {
  const { stdout } = spawnSync("shellcheck", ["--shell", "sh", "-"], { input: script });
  return String(stdout);
}

function makeWorkspace(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(path.join(tmpdir(), "standard-"));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  execFileSync("git", ["init", "--quiet", root]);
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

test("packages, services, caches, runners and policies go through their plugins, for every provider", async () => {
  using workspace = makeWorkspace({
    "cig.toml": pipeline,
    ".nvmrc": "22",
    "package.json": "{}",
    "package-lock.json": "{}",
    "tools/requirements.txt": "requests",
  });
  const limits = { limitMs: 60_000, signal: new AbortController().signal };
  const request = { root: workspace.root, file: "cig.toml", limits, withRemarks: true };
  const planned = await planRender(request);
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  const { graph, diagnostics, files } = planned.value;
  expect(diagnostics.filter(({ level }) => level === Diagnostic_Level.ERROR)).toEqual([]);
  expect(files.map((file) => file.path).toSorted()).toEqual([
    ".buildkite/pipeline.yml",
    ".circleci/config.yml",
    ".github/workflows/ci.yml",
    "Jenkinsfile",
  ]);
  const kind = graph.workflows[0]?.jobs[0]?.kind;
  if (kind?.case !== "work") throw new Error("no work");
  const { steps, caches, services, env } = kind.value;
  const all = steps.map(({ name, origin, onlyFor }) => [origin, name, ...onlyFor].join(" "));
  expect(all).toEqual([
    "cache/s3 restore dist",
    "lang/node node 22 github",
    "lang/node node 22 buildkite circleci jenkins",
    "lang/node npm ci",
    "lang/python python 3.12 github",
    "lang/python python 3.12 buildkite circleci jenkins",
    "lang/python pip install (tools)",
    " ",
    "cache/s3 keep dist",
  ]);
  const scripts = steps.flatMap(({ kind: own }) =>
    own.case === "run" && own.value.shell === "sh" ? [own.value.command] : [],
  );
  expect(scripts.map(faultsOf)).toEqual(scripts.map(() => ""));
  expect(caches).toEqual(["npm", "pip"]);
  expect(services).toEqual(["postgres-15"]);
  expect(env.map(({ name }) => name)).toContain("PGPASSWORD");
  expect(graph.runners.map(({ id }) => id)).toEqual(["big"]);
  const told = diagnostics.filter(({ code }) => /^(?:COST|SECURITY)/.test(code));
  expect(told.map(({ code, message, place }) => [code, message, place?.line])).toEqual([
    ["COST_005", "the job test runs on big", 5],
    [
      "SECURITY_002",
      "actions/setup-node@v4 in the job test is another step as soon as its owner moves it",
      7,
    ],
    [
      "SECURITY_002",
      "actions/setup-python@v5 in the job test is another step as soon as its owner moves it",
      7,
    ],
    [
      "SECURITY_005",
      "postgres:15 of the service postgres-15 is another image as soon as its tag is moved",
      10,
    ],
  ]);
});

test.for([
  ["max_jobs = 1", "max_jobs = 0", [["COST_000", 30]]],
  ['bucket = "store"', 'bucket = "a b"', [["S3_000", 20]]],
  ['version = "15"', 'version = "1 5"', [["POSTGRES_002", 10]]],
  ['"node", {', '{ name = "node", path = "none" }, {', [["NODE_006", 7]]],
] as const)(
  "where %s is %s, that is told where it is written",
  async ([right, wrong, expected]) => {
    using workspace = makeWorkspace({
      "cig.toml": pipeline.replace(right, wrong),
      "package.json": "{}",
      "tools/requirements.txt": "",
    });
    const limits = { limitMs: 60_000, signal: new AbortController().signal };
    const planned = await planRender({ root: workspace.root, file: "cig.toml", limits });
    if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
    const errors = planned.value.diagnostics.filter(
      ({ level }) => level === Diagnostic_Level.ERROR,
    );
    expect(errors.map(({ code, place }) => [code, place?.line])).toEqual(expected);
  },
);
