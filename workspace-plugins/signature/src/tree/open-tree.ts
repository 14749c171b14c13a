import { realpathSync, statSync } from "node:fs";
import path from "node:path";
import type { ListingFailure } from "../failure.ts";
import { fail, ok } from "../result.ts";
import type { Result } from "../result.ts";
import {
  assemble,
  blocksOf,
  closeFolders,
  keepMessages,
  renewVersions,
  updateInPlace,
} from "./assemble.ts";
import type { Block } from "./block.ts";
import { fileClockMs, safeClockMs } from "./clock.ts";
import { codeOf } from "./content.ts";
import { openCrew } from "./crew.ts";
import type { Crew } from "./crew.ts";
import { tellingDevice } from "./folder-times.ts";
import { folderMs, nothingLearnt, readingMs } from "./learnt.ts";
import { identityOf, lookAt } from "./look.ts";
import type { Tally } from "./look.ts";
import type { Names } from "./names.ts";
import { isHolding, parseNotes } from "./notes.ts";
import type { Notes } from "./notes.ts";
import { placesOf } from "./scan.ts";
import type { PassResult } from "./scan.ts";
import type { Snapshot } from "./snapshot.ts";
import { readSnapshot } from "./snapshot-file.ts";
import { isWithin, submodulesIn } from "./submodules.ts";
import { forgetDecided, hasTexts } from "./texts.ts";
import { treeOf, versionAt } from "./tree-of.ts";
import type { Scanned } from "./tree-of.ts";
import type { Tree } from "./tree.ts";
import { walkedNames } from "./walked-names.ts";

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

/** What the cache file has of this folder, and of no other. */
export function readKnown(root: string, cacheFile: string | undefined): Known | undefined {
  const snapshot = cacheFile === undefined ? undefined : readSnapshot(cacheFile);
  return snapshot === undefined ? undefined : withNotes(snapshot, root);
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
  crew.expect(known?.snapshot.entryCount ?? guessEntries(root));
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
    raceMs: cacheFile === undefined ? safeClockMs() : fileClockMs(path.dirname(cacheFile)),
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

export type Found = Omit<Scanned, "root">;

export type Known = { readonly snapshot: Snapshot; readonly notes: Notes };

type Scan = {
  readonly root: string;
  readonly raceMs: number;
  readonly telling: number | undefined;
  readonly hashes: boolean;
  readonly isNoted: boolean;
  readonly crew: Crew;
  readonly signal: AbortSignal;
};

/** A snapshot of another folder, with notes that are not ours or without one of its texts, is no snapshot. */
function withNotes(snapshot: Snapshot, root: string): Known | undefined {
  const notes = parseNotes(snapshot.notes.toString("utf8"));
  if (notes === undefined || notes.folder !== root) return undefined;
  return hasTexts(snapshot, notes.texts) ? { snapshot, notes } : undefined;
}

async function scanTree(
  scan: Scan,
  known: Known | undefined,
): Promise<Result<Found, ListingFailure>> {
  if (known === undefined || !isHolding(known.notes, scan.root)) return relist(scan, known);
  const found = await compare(scan, known, "all");
  return found === undefined ? relist(scan, known) : ok(found);
}

/** `undefined`: it has to be asked again which names count. */
async function compare(
  { crew, signal, ...request }: Scan,
  known: Known,
  changed: ReadonlySet<string> | "all",
): Promise<Found | undefined> {
  const old = known.snapshot;
  const only = changed === "all" ? undefined : placesAmong(old, changed);
  const results = await crew.run({ ...request, old, works: undefined, only }, signal);
  if (results.some((result) => result.isRelisted)) return undefined;
  const blocks = results.flatMap((result) => result.blocks);
  // Whether a submodule is as its commit only git can say.
  const submodules = submodulesIn(old);
  if (blocks.some((block) => isWithin(submodules.keys(), block.path))) return undefined;
  if (blocks.length === 0) return { ...known, ...nothingLearnt };
  const { hashed, bytes } = readIn(results);
  const againMs = blocks.length * folderMs + readingMs({ hashed, bytes });
  return { ...known, snapshot: update(old, blocks), hashed, againMs };
}

/** A folder that is not known lies in one that has changed too. */
function placesAmong(snapshot: Snapshot, changed: ReadonlySet<string>): readonly number[] {
  const places = placesOf(snapshot);
  return [...changed].flatMap((folder) => places.get(folder) ?? []);
}

function update(snapshot: Snapshot, blocks: readonly Block[]): Snapshot {
  const updated = updateInPlace(snapshot, blocks) ? snapshot : replace(snapshot, blocks);
  renewVersions(updated, pathsOfChanged(blocks));
  keepMessages(updated, blocks);
  return updated;
}

function replace(snapshot: Snapshot, blocks: readonly Block[]): Snapshot {
  const all = blocksOf(snapshot);
  for (const block of blocks) all.set(block.path, block);
  return assemble(all, snapshot, {
    notes: snapshot.notes.toString("utf8"),
    memo: snapshot.memo.toString("utf8"),
  });
}

function pathsOfChanged(blocks: Iterable<Block>): readonly string[] {
  return [...blocks].filter((block) => block.isChanged).map((block) => block.path);
}

/** The folders that one of two snapshots has and the other has not. */
function comeAndGone(old: Snapshot | undefined, snapshot: Snapshot): Iterable<string> {
  const before = new Set(old === undefined ? [] : placesOf(old).keys());
  return before.symmetricDifference(new Set(placesOf(snapshot).keys()));
}

/** Submodules that stand for another commit than before, or did or do so alone. */
function movedSubmodules(old: Snapshot | undefined, snapshot: Snapshot): readonly string[] {
  const before = old === undefined ? new Map<string, string>() : submodulesIn(old);
  const after = submodulesIn(snapshot);
  return [...before.keys(), ...after.keys()].filter((at) => before.get(at) !== after.get(at));
}

/** A folder that is swapped while it is read is read again, so often. */
const attempts = 3;

/** Asks again which names count and reads every folder; what is known of files that are as they were is kept. */
async function relist(
  scan: Scan,
  known: Known | undefined,
): Promise<Result<Found, ListingFailure>> {
  for (let attempt = 1; ; attempt += 1) {
    const asked = await namesOf(scan);
    if (!asked.ok) return asked;
    const names = asked.value;
    const surveyed = await survey(scan, names, known?.snapshot);
    if (!surveyed.ok) return surveyed;
    const { blocks, hashed } = surveyed.value;
    const swapped = [...blocks.values()].filter(
      (block) => identityOf(lookAt(path.join(scan.root, block.path))) !== block.identity,
    );
    if (swapped.length > 0 && attempt < attempts) continue;
    for (const block of swapped) blocks.delete(block.path);
    const notes = await names.notes();
    const noted = { ...notes, texts: known?.notes.texts ?? {} };
    const snapshot = assemble(blocks, known?.snapshot, {
      notes: JSON.stringify(noted),
      memo: known?.snapshot.memo.toString("utf8") ?? "",
    });
    renewVersions(snapshot, [
      ...pathsOfChanged(blocks.values()),
      ...comeAndGone(known?.snapshot, snapshot),
      ...movedSubmodules(known?.snapshot, snapshot),
    ]);
    keepMessages(snapshot, blocks.values());
    forgetDecided(snapshot);
    return ok({ snapshot, notes: noted, hashed, againMs: Infinity });
  }
}

async function namesOf(scan: Scan): Promise<Result<Names, ListingFailure>> {
  // Loaded here: a tree in which nothing moved asks nobody.
  const { gitNames } = await import("./git-names.ts");
  const names = await gitNames(scan.root, scan);
  if (!names.ok) return names;
  return ok(names.value ?? walkedNames(scan.root));
}

type Surveyed = { readonly blocks: Map<string, Block>; readonly hashed: number };

function readIn(results: readonly PassResult[]): Tally {
  const read = { hashed: 0, bytes: 0 };
  for (const result of results) {
    read.hashed += result.read.hashed;
    read.bytes += result.read.bytes;
  }
  return read;
}

async function survey(
  { crew, signal, ...request }: Scan,
  names: Names,
  old: Snapshot | undefined,
): Promise<Result<Surveyed, ListingFailure>> {
  const blocks = new Map<string, Block>();
  let hashed = 0;
  let works = names.works;
  while (works.length > 0) {
    crew.expect(works.reduce((sum, work) => sum + (work.listed?.length ?? 0), 0) / 10);
    const results = await crew.run({ ...request, old, works, only: undefined }, signal);
    const found = results.flatMap((result) => result.blocks);
    hashed += readIn(results).hashed;
    for (const block of found) blocks.set(block.path, block);
    closeFolders(
      blocks,
      results.flatMap((result) => result.closed),
    );
    const next = await names.next(found);
    if (!next.ok) return next;
    works = next.value;
  }
  return ok({ blocks, hashed });
}
