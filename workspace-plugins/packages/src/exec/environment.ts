import { readFile, readdir, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { exists, fail, hexOf, ok, replaceFolder, takeLock } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { PackagesFailure } from "../failure.ts";
import { mergeNeeds, requirementLine } from "../show-deps/merge.ts";
import type { Requirement } from "../show-deps/merge.ts";
import type { Need } from "../show-deps/need.ts";
import type { RunProgram } from "../process.ts";
import type { Runtime, ScriptLanguage } from "./runtime.ts";

/** What a script needs beside its package, in a folder of its own. */
export type EnvironmentOptions = {
  readonly key: string;
  readonly integrity: Digest;
  readonly language: ScriptLanguage;
  readonly runtime: Runtime;
  readonly needs: readonly Need[];
  /** The package's files in the store. */
  readonly filesFolder: string;
  /** Holds `.aigogo/envs`. */
  readonly home: string;
  readonly isOffline: boolean;
  /** Whether dependencies may run code of theirs while they are installed. */
  readonly allowsBuilds: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly run: RunProgram;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
};

const timeoutMs = 10 * 60_000;
const pauseMs = 100;
const mostOutputLines = 20;

/**
 * The folder with the dependencies, made where it is not there: `<home>/.aigogo/envs/<integrity>/<runtime>`, beside what
 * aigg keeps under the same integrity. It appears whole or not at all, and is made once, however many want it at a time.
 */
export async function ensureEnvironment(
  options: EnvironmentOptions,
): Promise<Result<string, PackagesFailure>> {
  const { key, language, signal } = options;
  const folder = environmentFolder(options);
  if (await isUsable(folder, language)) return ok(folder);
  if (options.isOffline) return fail({ reason: "environment-missing", key });
  const needs = mergeNeeds(options.needs, language === "python" ? "python" : "npm");
  if (!needs.ok) return needs;
  using held = await lockWithin(`${folder}.lock`, signal);
  if (held === undefined) return fail({ reason: "environment-stopped", key });
  // Another run may have made it while we waited.
  if (await isUsable(folder, language)) return ok(folder);
  options.progress(`${key}: installing ${needs.value.map(({ name }) => name).join(", ")}`);
  return await replaceFolder(folder, async (partial) => {
    const made = await (language === "python"
      ? makePython(options, partial, folder, needs.value)
      : makeNode(options, partial, needs.value));
    return made.ok ? ok(folder) : made;
  });
}

/** Of another Python or Node, what is compiled for it may not load. */
function environmentFolder({ home, integrity, language, runtime }: EnvironmentOptions): string {
  const [major = "", minor = ""] = runtime.version.split(".");
  const version = language === "python" ? `python-${major}.${minor}` : `node-${major}`;
  const name = `${version}-${process.platform}-${process.arch}`;
  return path.join(home, ".aigogo", "envs", hexOf(integrity), name);
}

/** A Python that the environment was made from may have gone from the machine. */
async function isUsable(folder: string, language: ScriptLanguage): Promise<boolean> {
  return exists(language === "python" ? pythonIn(folder) : path.join(folder, "package.json"));
}

export function pythonIn(folder: string): string {
  return path.join(folder, ".venv", "bin", "python");
}

async function lockWithin(file: string, signal: AbortSignal): Promise<Disposable | undefined> {
  for (;;) {
    if (signal.aborted) return undefined;
    const held = takeLock(file);
    if (held !== undefined) return held;
    await sleep(pauseMs);
  }
}

async function makePython(
  options: EnvironmentOptions,
  partial: string,
  folder: string,
  needs: readonly Requirement[],
): Promise<Result<undefined, PackagesFailure>> {
  const list = path.join(partial, "requirements.txt");
  const lines = needs.map((one) => `${requirementLine(one)}\n`).join("");
  await writeFile(list, lines);
  const venv = path.join(partial, ".venv");
  const python = pythonIn(partial);
  const { program } = options.runtime;
  const hasUv = (await runIn(options, partial, "uv", ["--version"])).state === "ended";
  const noBuilds = options.allowsBuilds ? [] : ["--only-binary", ":all:"];
  const steps = hasUv
    ? [
        ["uv", "venv", "--quiet", "--relocatable", "--python", program, venv],
        ["uv", "pip", "install", "--quiet", "--python", python, ...noBuilds, "-r", list],
      ]
    : [
        [program, "-m", "venv", venv],
        [python, "-m", "pip", "install", "--quiet", "--no-input", ...noBuilds, "-r", list],
      ];
  for (const [file = "", ...args] of steps) {
    const done = await step(options, partial, file, args);
    if (!done.ok) return done;
  }
  await renamePaths(path.join(venv, "bin"), venv, path.join(folder, ".venv"));
  return ok(undefined);
}

/** Node looks for dependencies from where a file lies: `files` is the package, and they lie beside it. */
async function makeNode(
  options: EnvironmentOptions,
  partial: string,
  needs: readonly Requirement[],
): Promise<Result<undefined, PackagesFailure>> {
  const dependencies = Object.fromEntries(needs.map(({ name, range }) => [name, range]));
  const manifest = JSON.stringify({ private: true, dependencies }, undefined, 2);
  await writeFile(path.join(partial, "package.json"), `${manifest}\n`);
  const noBuilds = options.allowsBuilds ? [] : ["--ignore-scripts"];
  const args = [
    "install",
    "--prefix",
    partial,
    ...noBuilds,
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const done = await step(options, partial, "npm", args);
  if (!done.ok) return done;
  await symlink(options.filesFolder, path.join(partial, "files"));
  return ok(undefined);
}

async function step(
  options: EnvironmentOptions,
  folder: string,
  file: string,
  args: readonly string[],
): Promise<Result<undefined, PackagesFailure>> {
  const { key } = options;
  const command = [path.basename(file), ...args.slice(0, 3)].join(" ");
  const failed = (output: string): Result<never, PackagesFailure> =>
    fail({ reason: "environment-failed", key, command, output });
  const done = await runIn(options, folder, file, args);
  if (done.state === "stopped") return fail({ reason: "environment-stopped", key });
  if (done.state === "timed-out") return failed(`not done after ${timeoutMs / 1000} s`);
  if (done.state === "not-started") return failed(`there is no program ${file}`);
  return done.exitCode === 0 ? ok(undefined) : failed(lastLines(done.output));
}

async function runIn(
  { environment, signal, run }: EnvironmentOptions,
  folder: string,
  file: string,
  args: readonly string[],
): ReturnType<RunProgram> {
  return run(file, args, { cwd: folder, environment, signal, timeoutMs });
}

function lastLines(output: string): string {
  return output.trim().split("\n").slice(-mostOutputLines).join("\n");
}

/** The first lines of scripts name the folder where they were made. */
async function renamePaths(folder: string, from: string, to: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const { mode } = await stat(file);
    const text = await readFile(file, "latin1");
    // Programs are no text; Python's is a link to one.
    if (text.includes("\0") || !text.includes(from)) continue;
    await writeFile(file, text.replaceAll(from, to), { encoding: "latin1", mode });
  }
}
