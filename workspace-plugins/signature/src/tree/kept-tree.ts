import { statSync } from "node:fs";
import type { ListingFailure } from "../failure.ts";
import { ok } from "../result.ts";
import type { Result } from "../result.ts";
import { sharedBit } from "./block.ts";
import { isHolding } from "./notes.ts";
import { readKnown, scanAgain } from "./open-tree.ts";
import type { Known } from "./open-tree.ts";
import { saveSnapshot } from "./save.ts";
import { placesOf } from "./scan.ts";
import { kind, row, wordOf } from "./snapshot.ts";
import { treeOf, versionAt } from "./tree-of.ts";
import type { Tree } from "./tree.ts";

/** A tree that stays in memory and is looked at again where it may have changed. */
export class KeptTree {
  readonly #root: string;
  readonly #options: { readonly cacheFile: string; readonly signal: AbortSignal };
  #known: Known | undefined;
  #isSaved = false;
  /** The stat of the cache file when it was last found to have this tree. */
  #saved: string | undefined;

  /** `root` is absolute and no link leads there. */
  constructor(root: string, options: { readonly cacheFile: string; readonly signal: AbortSignal }) {
    this.#root = root;
    this.#options = options;
    this.#known = readKnown(root, options.cacheFile);
  }

  /** `changed`: folders that may be another than at the last reading. */
  async read(changed: ReadonlySet<string> | "all"): Promise<Result<Tree, ListingFailure>> {
    const options = { ...this.#options, hashesAll: true };
    const found = await scanAgain(this.#root, options, this.#known, changed);
    if (!found.ok) return found;
    const { snapshot, notes, hasLearnt } = found.value;
    this.#known = { snapshot, notes };
    if (hasLearnt) this.#isSaved = false;
    return ok(treeOf({ root: this.#root, folder: this.#root, ...options, ...found.value }));
  }

  /** Whether what decided which names count is as it was at the last reading, by what lies outside of the folders. */
  isHolding(): boolean {
    return this.#known !== undefined && isHolding(this.#known.notes, this.#root);
  }

  /** Files and symlinks that count. */
  fileCount(): number {
    const kinds = this.#known?.snapshot.kinds ?? new Uint8Array();
    return kinds.reduce(
      (sum, what) => sum + Number(what === kind.file || what === kind.symlink),
      0,
    );
  }

  /** The folders in which something counts, or would if it were there. */
  folders(): ReadonlySet<string> {
    return new Set(this.#known === undefined ? [] : placesOf(this.#known.snapshot).keys());
  }

  /** Those with a file that has another name too: who writes through that one changes nothing in the folder. */
  sharedFolders(): readonly string[] {
    if (this.#known === undefined) return [];
    const { snapshot } = this.#known;
    const isShared = (folder: number): boolean => {
      const first = wordOf(snapshot, folder, row.firstEntry);
      const modes = snapshot.modes.subarray(
        first,
        first + wordOf(snapshot, folder, row.entryCount),
      );
      return modes.some((mode) => (mode & sharedBit) !== 0);
    };
    return [...placesOf(snapshot)].filter(([, at]) => isShared(at)).map(([folder]) => folder);
  }

  /** The version of the whole tree, after it is in the cache file. What others keep in there beside it stays. */
  async save(): Promise<string | undefined> {
    if (this.#known === undefined) return undefined;
    const { snapshot } = this.#known;
    const { cacheFile } = this.#options;
    const version = versionAt(snapshot, 0);
    if (this.#isSaved && this.#saved === stampOf(cacheFile)) return version;
    const theirs = readKnown(this.#root, cacheFile)?.snapshot;
    const isThere = theirs !== undefined && versionAt(theirs, 0) === version;
    if (!isThere || !this.#isSaved) {
      await saveSnapshot(cacheFile, snapshot, theirs?.memo.toString("utf8"));
    }
    this.#isSaved = true;
    this.#saved = stampOf(cacheFile);
    return version;
  }
}

function stampOf(file: string): string | undefined {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? undefined : `${stat.ino} ${stat.size} ${stat.ctimeNs}`;
}
