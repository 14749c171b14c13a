import { readFile } from "node:fs/promises";
import path from "node:path";
import type { AttestationFailure } from "@slipway/attestation";
import type { Registry, RegistryFailure } from "@slipway/registry";
import { exists, fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { manifestName } from "../content.ts";
import type { PackagesFailure } from "../failure.ts";
import { withoutMetadata } from "../fetch-locked.ts";
import { lockedPackages } from "../locked/locked-key.ts";
import { readLock } from "../lock.ts";
import type { LockedPackage } from "../lock.ts";
import { parseScriptManifest } from "../manifest.ts";
import { needsOf } from "../show-deps/need.ts";
import { inspectEntry } from "../store.ts";
import { entryFolder, filesFolder, storeIn } from "../store-place.ts";
import { ensureEnvironment } from "./environment.ts";
import { runProgram } from "../process.ts";
import { findRuntime } from "./runtime.ts";
import type { ScriptLanguage } from "./runtime.ts";
import { checkSignatures, checkSources } from "../trust/check-policy.ts";
import { chosenScript } from "./script.ts";
import { started } from "./start.ts";
import type { PreparedScript } from "./start.ts";

export type ExecOptions = {
  /** Absolute. */
  readonly lockFile: string;
  /** A key of the lock, or the name that it was made from. */
  readonly name: string;
  /** A script's name or none, and what is for the script. */
  readonly words: readonly string[];
  /** Holds `.aigogo`. */
  readonly home: string;
  readonly isOffline: boolean;
  /** Asked for signatures alone, where a policy wants them. */
  readonly registry: Registry;
  /** Whether dependencies may run code of theirs while they are installed. */
  readonly allowsBuilds: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
};

/** Reads the package in the store again and makes what it needs; nothing of it has run then. */
export async function prepareScript(
  options: ExecOptions,
): Promise<Result<PreparedScript, PackagesFailure | RegistryFailure | AttestationFailure>> {
  const { lockFile, name, words, home, registry, isOffline } = options;
  const lock = await readLock(lockFile, lockFile);
  if (!lock.ok) return lock;
  const named = lockedPackages(lockFile, lock.value, [name]);
  if (!named.ok) return named;
  const [locked] = named.value;
  if (locked === undefined) throw new Error("internal: no package for a key");
  const { key, integrity } = locked;
  const store = storeIn(home);
  const policy = await checkSources(path.dirname(lockFile), [locked]);
  if (!policy.ok) return policy;
  const { state } = await inspectEntry(store, integrity, withoutMetadata(locked.files));
  if (state !== "right") return fail({ reason: "package-not-installed", lockFile, key, state });
  // Being in the store says nothing of it: another project may have brought it there.
  if (policy.value !== undefined) {
    const search = { registry, store, isOffline, now: new Date() };
    const believed = await checkSignatures(policy.value, [locked], search);
    if (!believed.ok) return believed;
  }
  const file = path.join(entryFolder(store, integrity), manifestName);
  const manifest = parseScriptManifest(file, await readFile(file, "utf8"));
  if (!manifest.ok) return manifest;
  const { scripts = {}, dependencies, language } = manifest.value;
  const script = chosenScript(key, scripts, words);
  if (!script.ok) return script;
  const folder = filesFolder(store, integrity);
  const scriptFile = path.join(folder, script.value.path);
  if (!(await exists(scriptFile))) {
    const { name: scriptName, path: scriptPath } = script.value;
    return fail({ reason: "script-outside", key, script: scriptName, path: scriptPath });
  }
  const { version } = language ?? {};
  const needs = needsOf({
    name: key,
    version: locked.version,
    language: { name: locked.language, version },
    dependencies,
  });
  const wanted = needs.runtime.filter(({ isOptional }) => !isOptional);
  return prepared(options, locked, {
    folder,
    path: script.value.path,
    args: script.value.args,
    runtimeRange: version,
    needs: wanted,
  });
}

type Found = {
  readonly folder: string;
  readonly path: string;
  readonly args: readonly string[];
  readonly runtimeRange: string | undefined;
  readonly needs: Parameters<typeof ensureEnvironment>[0]["needs"];
};

async function prepared(
  options: ExecOptions,
  { key, integrity, language }: LockedPackage,
  { folder, path: script, args, runtimeRange, needs }: Found,
): Promise<Result<PreparedScript, PackagesFailure>> {
  if (!isScriptLanguage(language)) return fail({ reason: "script-not-runnable", key, language });
  const { environment, signal } = options;
  const projectFolder = path.dirname(options.lockFile);
  const asked = { key, language, projectFolder, environment, signal, run: runProgram };
  const runtime = await findRuntime({ ...asked, wanted: runtimeRange });
  if (!runtime.ok) return runtime;
  const start = { program: runtime.value.program, folder, script, args, environment };
  if (needs.length === 0) return ok(started(language, start));
  const { home, isOffline, allowsBuilds, progress } = options;
  const made = await ensureEnvironment({
    ...asked,
    integrity,
    runtime: runtime.value,
    needs,
    filesFolder: folder,
    home,
    isOffline,
    allowsBuilds,
    progress,
  });
  if (!made.ok) return made;
  return ok(started(language, { ...start, environmentFolder: made.value }));
}

function isScriptLanguage(language: string): language is ScriptLanguage {
  return language === "python" || language === "javascript";
}
