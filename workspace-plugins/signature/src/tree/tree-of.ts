import path from "node:path";
import { digestOfBytes } from "../digest.ts";
import type { SignatureFailure } from "../failure.ts";
import type { FileDigest } from "../file-digest.ts";
import type { FileHasher } from "../file-hasher.ts";
import type { FileListing, RegularFile } from "../listing.ts";
import { fail, ok } from "../result.ts";
import type { Result } from "../result.ts";
import {
  countBelow,
  filesBelow,
  keepDigest,
  knownDigest,
  openFinder,
  unknownBelow,
} from "./entries.ts";
import type { Finder } from "./entries.ts";
import { openMemo } from "./memo.ts";
import { digestFolders, merkleOf } from "./merkle.ts";
import type { Notes } from "./notes.ts";
import { row, wordOf } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";
import type { DirectoryDigest, Tree } from "./tree.ts";

export type Scanned = {
  readonly root: string;
  readonly snapshot: Snapshot;
  readonly notes: Notes;
  /** Whether the cache file does not have all of it. */
  readonly hasLearnt: boolean;
  /** How many files were read. */
  readonly hashed: number;
};

type Knowledge = {
  readonly root: string;
  readonly folder: string;
  readonly raceMs: number;
  readonly snapshot: Snapshot;
  readonly finder: Finder;
  readonly learnt: { isNew: boolean; hashed: number };
};

/** The tree that a scan found. */
export function treeOf(
  scanned: Scanned & {
    /** As it was given, for who compares. */
    readonly folder: string;
    readonly raceMs: number;
    readonly cacheFile: string | undefined;
    readonly signal: AbortSignal;
  },
): Tree {
  const { folder, snapshot, notes, cacheFile, signal } = scanned;
  const finder = openFinder(snapshot);
  const knowledge = {
    ...scanned,
    finder,
    learnt: { isNew: scanned.hasLearnt, hashed: scanned.hashed },
  };
  const memo = openMemo(snapshot.memo);
  const hash = hasherOf(knowledge);
  const lazily: { listing?: FileListing } = {};
  return {
    folder,
    get listing() {
      return (lazily.listing ??= { folder, files: filesBelow(snapshot, "") });
    },
    hash,
    versionOf: (below) => {
      const place = finder.folder(below);
      return place === undefined ? undefined : versionAt(snapshot, place);
    },
    memo,
    digestOfFolder: (below) => digestOfFolder(knowledge, below, { hash, notes, signal }),
    countBelow: (below) => ({
      ...countBelow(snapshot, below),
      hashed: knowledge.learnt.hashed,
    }),
    save: async () => {
      if (cacheFile === undefined || !(knowledge.learnt.isNew || memo.hasChanged())) return;
      const { saveSnapshot } = await import("./save.ts");
      await saveSnapshot(cacheFile, snapshot, memo.hasChanged() ? memo.text() : undefined);
    },
  };
}

export function versionAt(snapshot: Snapshot, folder: number): string {
  const words = [row.versionHigh, row.versionLow].map((word) => wordOf(snapshot, folder, word));
  return words.map((word) => word.toString(16).padStart(8, "0")).join("");
}

/** Digests what is not known, and remembers it. */
function hasherOf({
  root,
  folder: given,
  snapshot,
  finder,
  raceMs,
  learnt,
}: Knowledge): FileHasher {
  return async (folder, files, signal) => {
    const digests = new Map<string, FileDigest>();
    const unknown: RegularFile[] = [];
    const isOurs = folder === given || path.resolve(folder) === root;
    for (const file of files) {
      const entry = isOurs ? finder.file(file.path) : undefined;
      const known = entry === undefined ? undefined : knownDigest(snapshot, entry, file.path);
      if (known === undefined) unknown.push(file);
      else digests.set(file.path, known);
    }
    if (unknown.length === 0) return { digests, failures: new Map() };
    const { hashAsPays } = await import("../hash-files.ts");
    const hashed = await hashAsPays(folder, unknown, signal);
    learnt.hashed += hashed.digests.size;
    for (const file of hashed.digests.values()) {
      digests.set(file.path, file);
      const entry = isOurs ? finder.file(file.path) : undefined;
      if (entry === undefined) continue;
      if (keepDigest(snapshot, entry, { root, file, raceMs })) learnt.isNew = true;
    }
    return { digests, failures: hashed.failures };
  };
}

async function digestOfFolder(
  { root, snapshot, learnt, finder }: Knowledge,
  folder: string,
  {
    hash,
    notes,
    signal,
  }: { readonly hash: FileHasher; readonly notes: Notes; readonly signal: AbortSignal },
): Promise<Result<DirectoryDigest, SignatureFailure>> {
  const unknown = unknownBelow(snapshot, folder);
  if (unknown.length > 0) {
    const [failure] = (await hash(root, unknown, signal)).failures.values();
    if (failure !== undefined) return fail(failure);
  }
  const place = finder.folder(folder);
  if (place === undefined) return fail({ reason: "folder-missing", folder });
  if (digestFolders(snapshot, place, notes.scheme === "walk")) learnt.isNew = true;
  return ok({
    digest: digestOfBytes(merkleOf(snapshot, place)),
    sizeBytes: wordOf(snapshot, place, row.merkleBytes),
  });
}
