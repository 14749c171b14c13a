import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { testConformance } from "@slipway/pipelines/conformance";
import { parseManifest } from "@slipway/pipelines/modules";
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
packages = ["node", { name = "python", version = "3.12", path = "tools" }]
steps = [
  { uses = "db/postgres", with = { version = "15", password = { secret = "DB" } } },
  { run = "npm test" },
]
[plugins]
"policy/cost" = { settings = { max_jobs = 2, runners = ["small"], levels = { COST_005 = "info" } } }
[[outputs]]
provider = "github"
path = ".github/workflows/ci.yml"
`;

function makeWorkspace(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(path.join(tmpdir(), "standard-"));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  execFileSync("git", ["init", "--quiet", root]);
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

test("packages, services and policies of a pipeline go through their plugins, as they are started for it", async () => {
  using workspace = makeWorkspace({
    "cig.toml": pipeline,
    ".nvmrc": "22",
    "package.json": "{}",
    "package-lock.json": "{}",
    "tools/requirements.txt": "requests",
  });
  const limits = { limitMs: 60_000, signal: new AbortController().signal };
  const planned = await planRender({ root: workspace.root, file: "cig.toml", limits });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  const { graph, diagnostics } = planned.value;
  const kind = graph.workflows[0]?.jobs[0]?.kind;
  if (kind?.case !== "work") throw new Error("no work");
  expect(kind.value.steps.map(({ name, origin }) => `${origin}: ${name}`)).toEqual([
    "lang/node: node 22",
    "lang/node: npm ci",
    "lang/python: python 3.12",
    "lang/python: pip install (tools)",
    ": ",
  ]);
  expect(kind.value.caches).toEqual(["npm", "pip"]);
  expect(kind.value.services).toEqual(["postgres-15"]);
  expect(kind.value.env.map(({ name }) => name)).toContain("DATABASE_URL");
  const told = diagnostics.filter(({ code }) => code.startsWith("COST"));
  expect(told.map(({ code, message, place }) => [code, message, place?.line])).toEqual([
    ["COST_005", "the job test runs on the provider's usual runner", 4],
  ]);
});
