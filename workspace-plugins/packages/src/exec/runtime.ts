import path from "node:path";
import { satisfies } from "@renovatebot/pep440";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import semver from "semver";
import { npmRange } from "../show-deps/npm-range.ts";
import { pythonRange } from "../show-deps/python-range.ts";
import type { ExecFailure } from "./failure.ts";
import type { RunProgram } from "../process.ts";

export type ScriptLanguage = "python" | "javascript";

/** A program that runs scripts of a language. */
export type Runtime = { readonly program: string; readonly version: string };

export type RuntimeOptions = {
  readonly key: string;
  readonly language: ScriptLanguage;
  /** `language.version` of the manifest; any where it has none. */
  readonly wanted: string | undefined;
  /** Its `venv` and `.venv` come before the machine's own Python. */
  readonly projectFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly run: RunProgram;
  readonly signal: AbortSignal;
};

const timeoutMs = 20_000;

/** The first program whose version the package can be run with, in the order in which aigg looks for them. */
export async function findRuntime(options: RuntimeOptions): Promise<Result<Runtime, ExecFailure>> {
  const { key, language, wanted = "", projectFolder, environment } = options;
  const found: string[] = [];
  for (const program of candidates(language, projectFolder, environment)) {
    const version = await versionOf(program, options);
    if (version === undefined) continue;
    if (isWanted(version, wanted, language)) return ok({ program, version });
    found.push(`${program} ${version}`);
  }
  if (options.signal.aborted) return fail({ reason: "environment-stopped", key });
  return fail({ reason: "runtime-missing", key, language, wanted, found });
}

function candidates(
  language: ScriptLanguage,
  projectFolder: string,
  environment: RuntimeOptions["environment"],
): readonly string[] {
  if (language === "javascript") return ["node"];
  const active = environment["VIRTUAL_ENV"] ?? "";
  const folders = [...(active === "" ? [] : [active]), "venv", ".venv"];
  const own = folders.map((folder) => path.resolve(projectFolder, folder, "bin/python"));
  return [...own, "python3", "python"];
}

async function versionOf(
  program: string,
  { projectFolder, environment, signal, run }: RuntimeOptions,
): Promise<string | undefined> {
  const asked = await run(program, ["--version"], {
    cwd: projectFolder,
    environment,
    signal,
    timeoutMs,
  });
  if (asked.state !== "ended" || asked.exitCode !== 0) return undefined;
  return /^(?:Python |v)(\d+\.\d+\.\d+\S*)/.exec(asked.output.trim())?.[1];
}

/** A range that its ecosystem cannot read is taken for any, as aigg does: what was installed shall run. */
function isWanted(version: string, wanted: string, language: ScriptLanguage): boolean {
  if (language === "javascript") {
    return semver.satisfies(version, npmRange(wanted) ?? "*", { includePrerelease: true });
  }
  const range = pythonRange(wanted) ?? "";
  return range === "" || satisfies(version, range, { prereleases: true });
}
