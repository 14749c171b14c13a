import { getCompileCacheDir } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { ListingFailure } from "../failure.ts";
import { copyFileSync, statSync } from "../file-system.ts";
import { runProgram } from "../program.ts";
import { ok } from "../result.ts";
import type { Result } from "../result.ts";
import { sharedBit } from "./block.ts";
import { safeClockMs } from "./clock.ts";
import { countBelow } from "./entries.ts";
import { isHolding } from "./notes.ts";
import { readKnown } from "./known.ts";
import type { Known } from "./known.ts";
import { compareFolders, scanAgain } from "./open-tree.ts";
import { saveSnapshot } from "./save.ts";
import { placesOf } from "./scan.ts";
import { row, wordOf } from "./snapshot.ts";
import { textsInUse } from "./texts.ts";
import { treeOf, versionAt } from "./tree-of.ts";
import type { Tree } from "./tree.ts";

/** From so many names on a look at all takes so much memory that it is left to a process that ends with it. */
const largeTree = 20_000;

export type KeptTreeOptions = {
  /** Shared with all who open the tree. */
  readonly cacheFile: string;
  /** Of this process and its own: nobody else writes there. */
  readonly ownFile: string;
  readonly largeTree?: number;
  readonly signal: AbortSignal;
};

/** A tree that stays in memory and is looked at again where it may have changed. */
export class KeptTree {
  readonly #root: string;
  readonly #options: KeptTreeOptions;
  #known: Known | undefined;
  #isSaved = false;
  /** The stat of the cache file when it was last found to have this tree. */
  #saved: string | undefined;
  /** Whether the cache file is as this process wrote it. */
  #isOwnFile = false;
  /** What others kept in the cache file and this tree does not have. */
  #memo: string | undefined;

  /** `root` is absolute and no link leads there. */
  constructor(root: string, options: KeptTreeOptions) {
    this.#root = root;
    this.#options = options;
    this.#known = readKnown(root, options.cacheFile);
    if (this.#known !== undefined) copyFileSync(options.cacheFile, options.ownFile);
  }

  /** `changed`: folders that may be another than at the last reading. */
  async read(changed: ReadonlySet<string> | "all"): Promise<Result<Tree, ListingFailure>> {
    const options = { ...this.#options, hashesAll: true };
    const some =
      changed === "all" || this.#known === undefined
        ? undefined
        : await compareFolders(this.#root, options, this.#known, changed);
    const found = some === undefined ? await this.#readAll() : ok(some);
    if (!found.ok) return found;
    const { snapshot, notes, againMs } = found.value;
    this.#known = { snapshot, notes };
    if (againMs > 0) this.#isSaved = false;
    return ok(await treeOf({ root: this.#root, folder: this.#root, ...options, ...found.value }));
  }

  async #readAll(): Promise<Awaited<ReturnType<typeof scanAgain>>> {
    const large = this.#options.largeTree ?? largeTree;
    const isSmall = this.#known !== undefined && this.#known.snapshot.entryCount < large;
    const known = isSmall ? undefined : await this.#readElsewhere();
    if (known !== undefined)
      return ok({ ...known, hashed: 0, againMs: Infinity, raceMs: safeClockMs() });
    // Where it failed there it fails here too, and says why.
    return scanAgain(this.#root, { ...this.#options, hashesAll: true }, this.#known);
  }

  async #readElsewhere(): Promise<Known | undefined> {
    const { ownFile, signal } = this.#options;
    const script = fileURLToPath(new URL("scan-process.ts", import.meta.url));
    const cache = getCompileCacheDir();
    const compiled = cache === undefined ? {} : { NODE_COMPILE_CACHE: path.dirname(cache) };
    try {
      const env = { ...process.env, ...compiled };
      // A small young generation keeps what a look at a large tree throws away from adding up.
      const args = ["--max-semi-space-size=2", script, this.#root, ownFile];
      await runProgram(process.execPath, args, { signal, env });
      this.#known = undefined;
      collectGarbage();
      return readKnown(this.#root, ownFile);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Error && "code" in error) return undefined;
      throw error;
    }
  }

  /** Whether what decided which names count is as it was at the last reading, by what lies outside of the folders. */
  isHolding(): boolean {
    return this.#known !== undefined && isHolding(this.#known.notes, this.#root);
  }

  /** Files and symlinks that count. */
  fileCount(): number {
    return this.#known === undefined ? 0 : countBelow(this.#known.snapshot, "").files;
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
    const { snapshot, notes } = this.#known;
    const { cacheFile } = this.#options;
    const version = versionAt(snapshot, 0);
    const isUntouched = this.#saved === stampOf(cacheFile);
    if (isUntouched && this.#isSaved) return version;
    const theirs =
      isUntouched && this.#isOwnFile ? undefined : readKnown(this.#root, cacheFile)?.snapshot;
    const isThere = theirs !== undefined && versionAt(theirs, 0) === version;
    this.#isOwnFile = !isThere || !this.#isSaved;
    if (theirs !== undefined && !theirs.memo.equals(snapshot.memo)) {
      this.#memo = theirs.memo.toString("utf8");
    }
    if (this.#isOwnFile) {
      const texts = textsInUse(snapshot, notes.texts);
      const noted = JSON.stringify({ ...notes, texts });
      await saveSnapshot(cacheFile, snapshot, { notes: noted, memo: this.#memo });
    }
    this.#isSaved = true;
    this.#saved = stampOf(cacheFile);
    return version;
  }
}

/** A snapshot lies outside of the heap of V8, which sees no reason to give back those that nobody has any more. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc()");
}

function stampOf(file: string): string | undefined {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? undefined : `${stat.ino} ${stat.size} ${stat.ctimeNs}`;
}
