import path from "node:path";
import type { ListingFailure } from "../failure.ts";
import { realpathSync, statSync } from "../file-system.ts";
import { fail, ok } from "../result.ts";
import type { Result } from "../result.ts";
import { raceMsOf, safeClockMs } from "./clock.ts";
import { compare } from "./compare.ts";
import type { Found, Scan } from "./compare.ts";
import { openCrew } from "./crew.ts";
import type { Crew } from "./crew.ts";
import { tellingDevice } from "./folder-times.ts";
import { readKnown } from "./known.ts";
import type { Known } from "./known.ts";
import { nothingLearnt } from "./learnt.ts";
import { codeOf } from "./look.ts";
import { isHolding } from "./notes.ts";
import { treeOf, versionAt } from "./tree-of.ts";
import type { Tree } from "./tree.ts";

export type TreeOptions = {
  /** `undefined`: nothing is remembered. */
  readonly cacheFile: string | undefined;
  /** Digests every file at once, for whoever is going to ask for all of them. */
  readonly hashesAll?: boolean;
  /**
   * Of the whole tree as it is now, from whoever watches it: what the cache file has of that version is taken as it is,
   * and nothing is looked at.
   */
  readonly version?: string | undefined;
  readonly signal: AbortSignal;
};

/** The files of a folder as they are on disk now, digested once and remembered in `cacheFile` for the next process. */
export async function openTree(
  folder: string,
  options: TreeOptions,
): Promise<Result<Tree, ListingFailure>> {
  const { cacheFile, signal, version } = options;
  signal.throwIfAborted();
  const root = rootOf(folder);
  if (root === undefined) return fail({ reason: "folder-missing", folder });
  const known = readKnown(root, cacheFile);
  if (known !== undefined && version !== undefined && versionAt(known.snapshot, 0) === version) {
    return ok(
      await treeOf({
        root,
        ...options,
        ...known,
        raceMs: safeClockMs(),
        folder,
        ...nothingLearnt,
      }),
    );
  }
  const found = await scanAgain(root, options, known);
  return found.ok ? ok(await treeOf({ root, ...options, ...found.value, folder })) : found;
}

type FoundAt = Found & { readonly raceMs: number };

/**
 * Looks at some folders again, and renews what is known in its place. `undefined`: other names count than before, which
 * takes a look at all.
 */
export async function compareFolders(
  root: string,
  options: TreeOptions,
  known: Known,
  changed: ReadonlySet<string>,
): Promise<FoundAt | undefined> {
  await using crew = openCrew();
  const scan = scanOf(root, options, crew);
  const found = isHolding(known.notes, root) ? await compare(scan, known, changed) : undefined;
  return found === undefined ? undefined : { ...found, raceMs: scan.raceMs };
}

/** Looks at all folders; what is known is renewed in its place. */
export async function scanAgain(
  root: string,
  options: TreeOptions,
  known: Known | undefined,
): Promise<Result<FoundAt, ListingFailure>> {
  await using crew = openCrew();
  if (known === undefined) crew.expect(guessEntries(root), "read");
  else crew.expect(known.snapshot.entryCount, "compared");
  const scan = scanOf(root, options, crew);
  const found = await scanTree(scan, known);
  return found.ok ? ok({ ...found.value, raceMs: scan.raceMs }) : found;
}

/** By the size of git's index, before git has been asked: a thread boots while it answers. */
function guessEntries(root: string): number {
  const index = statSync(path.join(root, ".git", "index"), { throwIfNoEntry: false });
  return (index?.size ?? 0) / indexBytesPerFile;
}

const indexBytesPerFile = 100;

function scanOf(root: string, { cacheFile, hashesAll, signal }: TreeOptions, crew: Crew): Scan {
  return {
    root,
    telling: tellingDevice(root),
    raceMs: raceMsOf(cacheFile),
    hashes: hashesAll ?? false,
    isNoted: cacheFile !== undefined,
    crew,
    signal,
  };
}

/** The folder itself, if a link leads to it. */
function rootOf(folder: string): string | undefined {
  try {
    const root = realpathSync(folder);
    return statSync(root).isDirectory() ? root : undefined;
  } catch (error) {
    codeOf(error);
    return undefined;
  }
}

async function scanTree(
  scan: Scan,
  known: Known | undefined,
): Promise<Result<Found, ListingFailure>> {
  if (known !== undefined && isHolding(known.notes, scan.root)) {
    const found = await compare(scan, known, "all");
    if (found !== undefined) return ok(found);
  }
  // Loaded here: a tree in which nothing moved asks nobody. git names the tracked files while the rest is loaded.
  const { trackedByGit } = await import("../git.ts");
  const tracked = trackedByGit(scan.root, scan.signal);
  tracked.catch(() => {});
  const { relist } = await import("./relist.ts");
  return relist(scan, known, tracked);
}
