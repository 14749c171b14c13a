import { lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { ok } from "@slipway/signature/basics";
import type { Digest, Outcome, Result } from "@slipway/signature";
import type { PackagesCause, PackagesFailure } from "./failure.ts";
import { packagesWithEnvironments, removeEnvironments } from "./exec/environments.ts";
import { hasCode } from "@slipway/signature/read-text";
import { knownUses } from "./known-uses.ts";
import type { KnownUses } from "./known-uses.ts";
import { sweepStagings, tryStaging } from "./staging.ts";
import type { Staging } from "./staging.ts";
import { setAside } from "./store.ts";
import { entriesIn, entryFolder } from "./store-place.ts";
import type { Store } from "./store-place.ts";
import { onFolder } from "./write-errors.ts";

export type CollectOptions = {
  readonly store: Store;
  /** Entries of projects that never installed by us go too: those of aigg alone, say. */
  readonly isAll: boolean;
  /** Answers what would go, and changes nothing. */
  readonly isDryRun: boolean;
  readonly progress: (line: string) => void;
};

export type Collected = Outcome<PackagesCause> & {
  readonly removed: readonly Digest[];
  /** Packages whose scripts had something installed for them, which is gone. */
  readonly environments: readonly Digest[];
  /** Folders that killed runs had left. */
  readonly swept: readonly string[];
};

/** Moved out of the store, and not lost yet. */
type Aside = { readonly integrity: Digest; readonly staging: Staging; readonly folder: string };

/** Between two looks at the locks. */
const entriesAtOnce = 50;

/** Removes the entries that no lock of a known project names, their environments, and what killed runs have left. */
export async function collectStore(
  options: CollectOptions,
): Promise<Result<Collected, PackagesFailure>> {
  return onFolder(options.store.folder, () => collect(options));
}

async function collect(options: CollectOptions): Promise<Result<Collected, PackagesFailure>> {
  const { store, isDryRun, progress } = options;
  const swept = await sweepStagings(store, { isDryRun });
  const uses = await knownUses(store);
  if (!uses.ok) return uses;
  const entries = await entriesIn(store);
  const unused = entries.filter((each) => isUnused(each, uses.value, options));
  let freedBytes = 0;
  const removed: Digest[] = [];
  for (let at = 0; at < unused.length; at += entriesAtOnce) {
    const some = unused.slice(at, at + entriesAtOnce);
    for (const each of some) freedBytes += await sizeOf(entryFolder(store, each));
    const gone = isDryRun ? ok(some) : await removeUnused(options, some);
    if (!gone.ok) return gone;
    removed.push(...gone.value);
    progress(`Looked at ${at + some.length} of ${unused.length}`);
  }
  const installed = (await packagesWithEnvironments(store)).filter((each) =>
    isUnused(each, uses.value, options),
  );
  const environments = isDryRun ? installed : await removeEnvironments(store, installed);
  if (!isDryRun) for (const { file } of uses.value.gone) await rm(file, { force: true });
  const facts = {
    removed: removed.length,
    kept: entries.length - removed.length,
    "freed bytes": freedBytes,
    environments: environments.length,
    "left by killed runs": swept.length,
  };
  const isNothing = removed.length + environments.length + swept.length === 0;
  const cause = isDryRun ? "planned" : isNothing ? "nothing-to-collect" : "collected";
  return ok({
    state: cause === "collected" ? "done" : "unchanged",
    cause,
    facts,
    removed,
    environments,
    swept,
  });
}

function isUnused(
  integrity: Digest,
  { locked, installed }: KnownUses,
  { isAll }: CollectOptions,
): boolean {
  return !locked.has(integrity) && (isAll || installed.has(integrity));
}

/**
 * An install records its project before it looks at the store. So entries are moved aside first and the locks read once
 * more: what is wanted by now goes back, and who looks meanwhile sees that it is missing and fetches it.
 */
async function removeUnused(
  options: CollectOptions,
  unused: readonly Digest[],
): Promise<Result<readonly Digest[], PackagesFailure>> {
  const aside: Aside[] = [];
  try {
    for (const integrity of unused) {
      const staging = await tryStaging(options.store, { entry: integrity });
      if (staging === undefined) continue;
      const folder = await setAside(entryFolder(options.store, integrity), staging);
      aside.push({ integrity, staging, folder });
    }
    const now = await knownUses(options.store);
    const removed: Digest[] = [];
    for (const each of aside) {
      if (now.ok && isUnused(each.integrity, now.value, options)) removed.push(each.integrity);
      else await putBack(options.store, each);
    }
    return now.ok ? ok(removed) : now;
  } finally {
    for (const { staging } of aside) await staging[Symbol.asyncDispose]();
  }
}

async function putBack(store: Store, { integrity, folder }: Aside): Promise<void> {
  const place = entryFolder(store, integrity);
  await mkdir(path.dirname(place), { recursive: true });
  try {
    await rename(folder, place);
  } catch (error) {
    if (!hasCode(error, ["ENOTEMPTY", "EEXIST", "ENOENT"])) throw error;
  }
}

/** Of all files below; of what goes meanwhile nothing. */
async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  try {
    for (const name of await readdir(folder, { recursive: true })) {
      const found = await lstat(path.join(folder, name));
      if (found.isFile()) bytes += found.size;
    }
  } catch (error) {
    if (!hasCode(error, ["ENOENT"])) throw error;
  }
  return bytes;
}
