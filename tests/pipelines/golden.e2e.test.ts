import { spawnSync } from "node:child_process";
import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import {
  expectedOf,
  goldenCases,
  makeGoldenWorkspace,
  renderGolden,
  writeExpected,
} from "./golden.ts";
import { Runner } from "./jenkins/groovy.ts";
import { buildReader, readBuildkite } from "./read-buildkite.ts";
import { readCircleci, unescaped } from "./read-circleci.ts";
import { readGithub, textIn } from "./read-github.ts";
import { readJenkins } from "./read-jenkins.ts";

const temporary = mkdtempDisposableSync(path.join(tmpdir(), "slipway-golden-test-"));
const runner = new Runner();
let buildkite = "";

beforeAll(() => {
  buildkite = buildReader(temporary.path);
});
afterAll(async () => {
  await runner[Symbol.asyncDispose]();
  temporary.remove();
});

/** What is expected follows what is rendered, and not the other way round. */
const isWriting = process.env["SLIPWAY_WRITE_GOLDEN"] === "1";

test.for(goldenCases)("%s is rendered as it is expected, byte by byte", async (name) => {
  using workspace = makeGoldenWorkspace(name);
  const files = await renderGolden(workspace.root);
  if (isWriting) writeExpected(name, files);
  expect(files).toEqual(expectedOf(name));
});

type Script = { readonly shell: "bash" | "sh"; readonly text: string };

/** The scripts of one file as shells get them, by the reader of its provider: one that finds a problem throws. */
function scriptsIn(file: string, text: string): Promise<readonly Script[]> | readonly Script[] {
  if (file.startsWith(".github/")) return githubScripts(text);
  if (file.startsWith(".circleci/")) return circleciScripts(text);
  if (file.startsWith(".buildkite/")) return buildkiteScripts(text);
  if (file.endsWith("Jenkinsfile")) return jenkinsScripts(text);
  throw new Error(`nobody reads ${file}`);
}

async function githubScripts(text: string): Promise<readonly Script[]> {
  const { problems, file } = await readGithub(text);
  expect(problems).toEqual([]);
  return Object.values(file.jobs).flatMap(({ steps }) =>
    steps.flatMap(({ run, shell }) =>
      run === undefined
        ? []
        : [{ shell: shell === "sh" ? "sh" : "bash", text: textIn(run, {}) } as const],
    ),
  );
}

function circleciScripts(text: string): readonly Script[] {
  return Object.values(readCircleci(text).jobs).flatMap(({ steps }) =>
    steps.flatMap((step) => {
      if (typeof step === "string" || !("run" in step)) return [];
      const isSh = "shell" in step.run && step.run.shell?.startsWith("/bin/sh") === true;
      return [{ shell: isSh ? "sh" : "bash", text: unescaped(step.run.command) } as const];
    }),
  );
}

function buildkiteScripts(text: string): readonly Script[] {
  const read = readBuildkite(buildkite, text, {});
  if ("problem" in read) throw new Error(read.problem);
  return read.steps.flatMap(({ command }) =>
    command === undefined ? [] : [{ shell: "bash", text: command } as const],
  );
}

/** Begins anew with bash, where a command asks for no shell. */
const withBash = /^\[ -n "\$BASH_VERSION" \] \|\| .*\n/;

const runs = [
  { env: { BRANCH_NAME: "main" }, causes: {} },
  { env: { BRANCH_NAME: "v1", TAG_NAME: "v1" }, causes: {} },
  {
    env: { BRANCH_NAME: "main" },
    causes: { "hudson.triggers.TimerTrigger$TimerTriggerCause": [{}] },
  },
];

/** Of runs for a branch, for a tag, and by the clock. */
async function jenkinsScripts(text: string): Promise<readonly Script[]> {
  const [read] = await readJenkins([text]);
  expect(read?.jobs.length).toBeGreaterThan(0);
  const file = runner.add(text);
  const common = { BUILD_TAG: "t", BUILD_NUMBER: "1", EXECUTOR_NUMBER: "0", WORKSPACE_TMP: "/w" };
  const params = { channel: "next", dry_run: false, reason: "so" };
  const scripts: string[] = [];
  for (const { env, causes } of runs) {
    const request = { env: { ...common, ...env }, params, causes, failing: [], said: "" };
    const run = await runner.run(file, request);
    expect(run.problem).toBe(null);
    scripts.push(...run.happened.flatMap((one) => one.run ?? one.tried ?? one.decided ?? []));
  }
  return scripts.map((script) => ({
    shell: withBash.test(script) ? "bash" : "sh",
    text: script.replace(withBash, ""),
  }));
}

const Fault = z.object({
  file: z.string(),
  line: z.int(),
  code: z.int(),
  message: z.string(),
});

/** What shellcheck says of scripts, with the line that it says it of; not that a list has one thing in it (SC2043). */
function faultsOf(scripts: readonly Script[]): readonly string[] {
  return (["bash", "sh"] as const).flatMap((shell) => {
    const texts = [...new Set(scripts.flatMap((one) => (one.shell === shell ? [one.text] : [])))];
    if (texts.length === 0) return [];
    using folder = mkdtempDisposableSync(path.join(temporary.path, `${shell}-`));
    for (const [at, text] of texts.entries()) writeFileSync(path.join(folder.path, `${at}`), text);
    const options = ["--shell", shell, "--severity", "warning", "--exclude", "SC2043"];
    const { stdout } = spawnSync(
      "shellcheck",
      [...options, "--format", "json", ...texts.keys().map(String)],
      {
        cwd: folder.path,
        encoding: "utf8",
      },
    );
    return z
      .array(Fault)
      .parse(JSON.parse(stdout))
      .map(({ file, line, code, message }) => {
        const said = texts[Number(file)]?.split("\n")[line - 1] ?? "";
        return `SC${code} ${message}: ${said.trim()}`;
      });
  });
}

test.for(goldenCases.filter((name) => !name.startsWith("refused")))(
  "the files of %s are read without a problem, and shellcheck finds nothing in their scripts",
  async (name) => {
    const files = Object.entries(expectedOf(name)).filter(([file]) => file !== "diagnostics.txt");
    expect(files.length).toBeGreaterThan(3);
    const found: Record<string, readonly string[]> = {};
    for (const [file, text] of files) {
      const scripts = await scriptsIn(file, text);
      expect(scripts.length, file).toBeGreaterThan(0);
      found[file] = faultsOf(scripts);
    }
    expect(found).toEqual(Object.fromEntries(files.map(([file]) => [file, []])));
  },
);
