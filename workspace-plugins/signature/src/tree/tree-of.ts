import { digestOfBytes } from "../digest.ts";
import type { SignatureFailure } from "../failure.ts";
import type { FileListing } from "../listing.ts";
import { fail, ok } from "../result.ts";
import type { Result } from "../result.ts";
import { countBelow, filesBelow, openFinder, unknownBelow } from "./entries.ts";
import { digestUnknown, settle } from "./knowledge.ts";
import type { Knowledge } from "./knowledge.ts";
import { folderMs, mostAgainMs } from "./learnt.ts";
import type { Learnt } from "./learnt.ts";
import { openMemo } from "./memo.ts";
import type { Notes } from "./notes.ts";
import { merkleOf, row, wordOf } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";
import { textsInUse } from "./texts.ts";
import type { DirectoryDigest, Tree } from "./tree.ts";

export type Scanned = Learnt & {
  readonly root: string;
  readonly snapshot: Snapshot;
  readonly notes: Notes;
};

/** The tree that a scan found. */
export async function treeOf(
  scanned: Scanned & {
    /** As it was given, for who compares. */
    readonly folder: string;
    readonly raceMs: number;
    readonly cacheFile: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<Tree> {
  const { folder, snapshot, notes, cacheFile } = scanned;
  const finder = openFinder(snapshot);
  const learnt = { hashed: scanned.hashed, againMs: scanned.againMs };
  const knowledge = { ...scanned, finder, learnt };
  if (learnt.againMs > 0) await settle(knowledge);
  const memo = openMemo(snapshot.memo);
  const lazily: { listing?: FileListing } = {};
  return {
    folder,
    get listing() {
      return (lazily.listing ??= { folder, files: filesBelow(snapshot, "") });
    },
    hash: (below, files, signal) => digestUnknown(knowledge, { folder: below, files, signal }),
    versionOf: (below) => {
      const place = finder.folder(below);
      return place === undefined ? undefined : versionAt(snapshot, place);
    },
    memo,
    digestOfFolder: (below) => digestOfFolder(knowledge, below),
    countBelow: (below) => ({ ...countBelow(snapshot, below), hashed: learnt.hashed }),
    save: async ({ isSparing = false } = {}) => {
      const leastMs = isSparing ? mostAgainMs : 0;
      if (cacheFile === undefined || !(learnt.againMs > leastMs || memo.hasChanged())) return;
      const [{ saveSnapshot }, { isUnwritable }] = await Promise.all([
        import("./save.ts"),
        import("./cache-folder.ts"),
      ]);
      try {
        await saveSnapshot(cacheFile, snapshot, {
          notes: JSON.stringify({ ...notes, texts: textsInUse(snapshot, notes.texts) }),
          memo: memo.hasChanged() ? memo.text() : undefined,
        });
      } catch (error) {
        if (!isUnwritable(error)) throw error;
      }
    },
  };
}

export function versionAt(snapshot: Snapshot, folder: number): string {
  const words = [row.versionHigh, row.versionLow].map((word) => wordOf(snapshot, folder, word));
  return words.map((word) => word.toString(16).padStart(8, "0")).join("");
}

async function digestOfFolder(
  knowledge: Knowledge,
  folder: string,
): Promise<Result<DirectoryDigest, SignatureFailure>> {
  const { root, snapshot, notes, learnt, finder, signal } = knowledge;
  const unknown = unknownBelow(snapshot, folder);
  if (unknown.length > 0) {
    const hashed = await digestUnknown(knowledge, { folder: root, files: unknown, signal });
    const [failure] = hashed.failures.values();
    if (failure !== undefined) return fail(failure);
  }
  const place = finder.folder(folder);
  if (place === undefined) return fail({ reason: "folder-missing", folder });
  if (wordOf(snapshot, place, row.hasMerkle) === 0) {
    const { digestFolders } = await import("./merkle.ts");
    const hasEmptyFolders = notes.scheme === "walk";
    const made = digestFolders(snapshot, place, { texts: notes.texts, hasEmptyFolders });
    learnt.againMs += made * folderMs;
  }
  return ok({
    digest: digestOfBytes(merkleOf(snapshot, place)),
    sizeBytes: wordOf(snapshot, place, row.merkleBytes),
  });
}
