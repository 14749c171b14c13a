import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  exists,
  fail,
  ok,
  readTextIfPresent,
  replaceFolder,
  takeLock,
  writeFileAtomically,
} from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { PackagesFailure } from "../failure.ts";
import { mergeNeeds } from "../show-deps/merge.ts";
import type { Need } from "../show-deps/need.ts";
import { storeIn } from "../store-place.ts";
import { environmentsOf } from "./environments.ts";
import type { Maker } from "./making.ts";
import { makeNode } from "./node-environment.ts";
import { makePython, pythonIn } from "./python-environment.ts";
import type { ScriptLanguage } from "./runtime.ts";

/** What a script needs beside its package, in a folder of its own. */
export type EnvironmentOptions = Maker & {
  readonly integrity: Digest;
  readonly language: ScriptLanguage;
  readonly needs: readonly Need[];
  /** Holds `.aigogo/envs`. */
  readonly home: string;
  readonly isOffline: boolean;
  readonly progress: (line: string) => void;
};

const pauseMs = 100;

/**
 * The folder with the dependencies, made where it is not there: `<home>/.aigogo/envs/<integrity>/<runtime>`, beside what
 * aigg keeps under the same integrity. It appears whole or not at all, and is made once, however many want it at a time.
 * The versions that were chosen are written down beside it, and are chosen again when it has to be made once more.
 */
export async function ensureEnvironment(
  options: EnvironmentOptions,
): Promise<Result<string, PackagesFailure>> {
  const { key, language, signal } = options;
  const folder = environmentFolder(options);
  if (await isUsable(folder, language)) return ok(folder);
  if (options.isOffline) return fail({ reason: "environment-missing", key });
  const merged = mergeNeeds(options.needs, language === "python" ? "python" : "npm");
  if (!merged.ok) return merged;
  const needs = merged.value;
  using held = await lockWithin(`${folder}.lock`, signal);
  if (held === undefined) return fail({ reason: "environment-stopped", key });
  // Another run may have made it while we waited.
  if (await isUsable(folder, language)) return ok(folder);
  options.progress(`${key}: installing ${needs.map(({ name }) => name).join(", ")}`);
  const chosenFile = `${folder}.${language === "python" ? "requirements.txt" : "package-lock.json"}`;
  const chosen = await readTextIfPresent(chosenFile);
  const made = await replaceFolder(folder, async (partial) => {
    const make = language === "python" ? makePython : makeNode;
    return make(options, { partial, folder, needs, chosen });
  });
  if (!made.ok) return made;
  if (made.value !== undefined) await writeFileAtomically(chosenFile, made.value);
  return ok(folder);
}

/** Of another Python or Node, what is compiled for it may not load. */
function environmentFolder({ home, integrity, language, runtime }: EnvironmentOptions): string {
  const [major = "", minor = ""] = runtime.version.split(".");
  const version = language === "python" ? `python-${major}.${minor}` : `node-${major}`;
  const name = `${version}-${process.platform}-${process.arch}`;
  return path.join(environmentsOf(storeIn(home), integrity), name);
}

/** A Python that the environment was made from may have gone from the machine. */
async function isUsable(folder: string, language: ScriptLanguage): Promise<boolean> {
  return exists(language === "python" ? pythonIn(folder) : path.join(folder, "package.json"));
}

async function lockWithin(file: string, signal: AbortSignal): Promise<Disposable | undefined> {
  for (;;) {
    if (signal.aborted) return undefined;
    const held = takeLock(file);
    if (held !== undefined) return held;
    await sleep(pauseMs);
  }
}
