import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempDisposableSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { create } from "@bufbuild/protobuf";
import { GenerateRequestSchema } from "@slipway/pipeline-sdk/protocol";
import { planPipeline } from "@slipway/pipelines/plan";
import { renderJenkins } from "@slipway/provider-jenkins";
import { expect, test } from "vitest";
import { Runner } from "./jenkins/groovy.ts";

const head = 'version = "0.2"\n[project]\nname = "fleet"\n';

/** Scripts of a run on the branch main, in order. */
async function scriptsOf(text: string): Promise<readonly string[]> {
  const planned = planPipeline({ file: "cig.toml", text: head + text }, { facts: {} });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  const { fragments, diagnostics } = renderJenkins(
    create(GenerateRequestSchema, {
      graph: planned.value.resolved.graph,
      outputs: [{ path: "Jenkinsfile", workflows: ["ci"] }],
      skipping: { install: "install", decide: "decide", record: "record", folder: "a b/records" },
    }),
  );
  const [fragment] = fragments;
  if (fragment === undefined) throw new Error(JSON.stringify(diagnostics));
  const env = { BRANCH_NAME: "main", BUILD_TAG: "t", EXECUTOR_NUMBER: "0" };
  await using runner = new Runner();
  const run = await runner.run(runner.add(fragment.content), {
    env,
    params: {},
    causes: {},
    failing: [],
    said: "",
  });
  expect(run.problem).toBe(null);
  return run.happened.flatMap((one) => one.run ?? one.tried ?? one.decided ?? []);
}

const rich = `[services.db]
image = "postgres:16"
env = { POSTGRES_PASSWORD = "it's $x", TOKEN = { secret = "DB_TOKEN" } }
ports = [5432]
health = { command = "pg_isready -U \\"postgres\\"" }
[caches.modules]
paths = ["node_modules", "~/.cache/x y", "out/*.bin"]
key_parts = ["package-lock.json", "it's $x", "platform"]
[jobs.a]
services = ["db"]
caches = ["modules"]
steps = [{ run = "make test" }, { run = "echo \\"$HOME\\"", shell = "bash" }, { run = "echo '$x' | cat" }]
`;

test("shellcheck finds nothing in the scripts that stand around commands", async () => {
  const found = (await scriptsOf(rich)).map((script) => {
    const { stdout } = spawnSync("shellcheck", ["-s", "sh", "-f", "gcc", "-S", "warning", "-"], {
      input: script,
      encoding: "utf8",
    });
    return stdout;
  });
  expect(found.filter((text) => text !== "")).toEqual([]);
});

/** As Jenkins runs a script. */
function runIn(
  folder: string,
  script: string,
): { readonly status: number | null; readonly out: string } {
  const file = path.join(folder, "..", "script.sh");
  writeFileSync(file, script);
  const { status, stdout } = spawnSync("sh", ["-xe", file], {
    cwd: folder,
    encoding: "utf8",
    env: {
      PATH: process.env["PATH"],
      HOME: path.join(folder, "../home"),
      WORKSPACE_TMP: `${folder}@tmp`,
    },
  });
  return { status, out: stdout };
}

test("a cache is found again by its key, else by what was kept last for the same texts", async () => {
  const [restore = "", save = ""] = (await scriptsOf(rich)).filter((script) =>
    script.includes("slipway-caches"),
  );
  using temporary = mkdtempDisposableSync(path.join(tmpdir(), "slipway-cache-"));
  const folder = path.join(temporary.path, "work space");
  const at = (...names: readonly string[]): string => path.join(folder, ...names);
  mkdirSync(at("node_modules"), { recursive: true });
  mkdirSync(at("out"));
  mkdirSync(path.join(temporary.path, "home/.cache/x y"), { recursive: true });
  writeFileSync(path.join(temporary.path, "home/.cache/x y/c"), "home");
  writeFileSync(at("node_modules/a"), "first");
  writeFileSync(at("out/x.bin"), "binary");
  writeFileSync(at("package-lock.json"), "1");
  expect(runIn(folder, restore).status).toBe(0);
  expect(runIn(folder, save).status).toBe(0);
  for (const gone of ["node_modules", "out", "../home"]) rmSync(at(gone), { recursive: true });
  expect(runIn(folder, restore).status).toBe(0);
  expect(readFileSync(at("node_modules/a"), "utf8")).toBe("first");
  expect(readFileSync(at("out/x.bin"), "utf8")).toBe("binary");
  expect(readFileSync(path.join(temporary.path, "home/.cache/x y/c"), "utf8")).toBe("home");
  writeFileSync(at("package-lock.json"), "2");
  writeFileSync(at("node_modules/a"), "second");
  expect(runIn(folder, save).status).toBe(0);
  writeFileSync(at("package-lock.json"), "1");
  expect(runIn(folder, restore).status).toBe(0);
  expect(readFileSync(at("node_modules/a"), "utf8")).toBe("first");
  writeFileSync(at("package-lock.json"), "3");
  expect(runIn(folder, restore).status).toBe(0);
  expect(readFileSync(at("node_modules/a"), "utf8")).toMatch(/^(?:first|second)$/);
});

test("a command that asks for no shell gets bash, and ends at the first line that fails", async () => {
  using temporary = mkdtempDisposableSync(path.join(tmpdir(), "slipway-shell-"));
  const folder = path.join(temporary.path, "workspace");
  mkdirSync(folder);
  const commands = ['[[ ab == a* ]] && echo "$0" | grep -c script', "false\ntouch gone"];
  const quoted = commands.map((run) => `{ run = ${JSON.stringify(run)} }`);
  const scripts = await scriptsOf(`[jobs.a]\nsteps = [${quoted.join(", ")}]\n`);
  const own = scripts.filter((script) => script.includes("BASH_VERSION"));
  expect(own.map((script) => runIn(folder, script))).toEqual([
    { status: 0, out: "1\n" },
    { status: 1, out: "" },
  ]);
  expect(existsSync(path.join(folder, "gone"))).toBe(false);
});
