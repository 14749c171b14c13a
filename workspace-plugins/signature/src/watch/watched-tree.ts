import { readFileSync } from "node:fs";
import type { ListingFailure, SignatureFailure } from "../failure.ts";
import { ok } from "../result.ts";
import type { Result } from "../result.ts";
import { KeptTree } from "../tree/kept-tree.ts";
import type { Tree } from "../tree/tree.ts";
import type { FolderEvents } from "./folder-events.ts";
import { openLiveTree } from "./live-tree.ts";
import type { Dirty, Kept, LiveTree } from "./live-tree.ts";
import type { TreeAnswer } from "./messages.ts";
import { identityOf } from "./place.ts";

export type WatchedTree = AsyncDisposable & {
  /** As it is on disk when it is asked for. */
  readonly current: () => Promise<Result<TreeNow, ListingFailure>>;
  /** Puts the last reading into the cache file; its version. */
  readonly save: () => Promise<string | undefined>;
  readonly size: () => WatchedSize;
};

/** Files that count, symlinks among them, and the folders that are watched for them. */
export type WatchedSize = { readonly files: number; readonly folders: number };

export type TreeNow = {
  readonly tree: Tree;
  /** Of the files in a folder; found once for each reading. */
  readonly digestOf: (folder: string) => Promise<Result<TreeAnswer, SignatureFailure>>;
};

export type WatchedTreeOptions = {
  readonly cacheFile: string;
  readonly ownFile: string;
  readonly openEvents: (onChange: (folder: string) => void) => FolderEvents;
  /** Something may have changed; not said again before somebody has asked for the tree. */
  readonly onChange: () => void;
  readonly signal: AbortSignal;
};

/** The tree of a folder that is read once, and again only where something happened. `root`: absolute, no symlink. */
export function openWatchedTree(root: string, options: WatchedTreeOptions): WatchedTree {
  return new Watched(root, options);
}

/** So many folders that changed last are looked at with each question: a mapped file is written to without an event. */
const recentFolders = 8;
/** From here on looking at all folders, by two threads, is faster. */
const manyFolders = 500;

class Watched implements WatchedTree {
  readonly #root: string;
  readonly #options: WatchedTreeOptions;
  readonly #events: FolderEvents;
  readonly #kept: KeptTree;
  readonly #live: LiveTree<TreeNow, ListingFailure>;
  #digests: Digests = new Map();
  #version: string | undefined;
  #watched = new Set<string>();
  #isComplete = false;
  #shared: readonly string[] = [];
  readonly #recent = new Set<string>();
  #isTold = false;

  constructor(root: string, options: WatchedTreeOptions) {
    this.#root = root;
    this.#options = options;
    this.#kept = new KeptTree(root, options);
    this.#events = options.openEvents((folder) => this.#changed(folder));
    this.#live = openLiveTree({
      settle: () => this.#events.settle(),
      stamp: () => (this.#isComplete && this.#kept.isHolding() ? placeStamp(root) : "unsound"),
      doubtful: () => [...this.#shared, ...this.#recent],
      read: (dirty) => this.#read(dirty),
    });
  }

  current(): Promise<Result<TreeNow, ListingFailure>> {
    this.#isTold = false;
    return this.#live.current();
  }

  save(): Promise<string | undefined> {
    return this.#kept.save();
  }

  size(): WatchedSize {
    return { files: this.#kept.fileCount(), folders: this.#watched.size };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#events[Symbol.asyncDispose]();
  }

  async #read(dirty: Dirty): Promise<Result<Kept<TreeNow>, ListingFailure>> {
    const stamp = placeStamp(this.#root);
    for (let again = dirty; ;) {
      const read = await this.#kept.read(again);
      if (!read.ok) return read;
      const opened = this.#watchFolders(again);
      if (opened.size === 0) return ok({ value: await this.#nowOf(read.value), stamp });
      // Until a folder was watched nobody would have told of a change in it: it is read once more.
      again = opened.size > manyFolders ? "all" : opened;
    }
  }

  /** Watches what is not watched yet, or no longer is what it was; returns those folders. */
  #watchFolders(dirty: Dirty): ReadonlySet<string> {
    const folders = new Set([...this.#kept.folders()].filter((folder) => !isOurs(folder)));
    for (const folder of this.#watched.difference(folders)) {
      this.#events.unwatch(folder);
      this.#watched.delete(folder);
    }
    const opened = new Set<string>();
    this.#isComplete = true;
    for (const folder of folders) {
      // From the top down: below a folder that is another than it was, all are looked at.
      const above = parentOf(folder);
      const isSure = this.#watched.has(folder) && !opened.has(above);
      if (isSure && dirty !== "all" && !dirty.has(folder) && !dirty.has(above)) continue;
      const watching = this.#events.watch(folder);
      if (watching === "opened") opened.add(folder);
      if (watching === "refused") this.#isComplete = false;
      if (watching === "opened" || watching === "watched") this.#watched.add(folder);
      else this.#watched.delete(folder);
    }
    return opened;
  }

  /** Hashes what is new now, and not when somebody waits. */
  async #nowOf(tree: Tree): Promise<TreeNow> {
    const version = tree.versionOf("");
    if (version !== this.#version) this.#digests = new Map();
    this.#version = version;
    this.#shared = this.#kept.sharedFolders();
    const now = openTreeNow(tree, this.#digests);
    await now.digestOf("");
    return now;
  }

  #changed(folder: string): void {
    this.#recent.delete(folder);
    this.#recent.add(folder);
    const [oldest] = this.#recent;
    if (this.#recent.size > recentFolders && oldest !== undefined) this.#recent.delete(oldest);
    this.#live.changed(folder);
    if (this.#isTold) return;
    this.#isTold = true;
    this.#options.onChange();
  }
}

type Digests = Map<string, Promise<Result<TreeAnswer, SignatureFailure>>>;

function openTreeNow(tree: Tree, known: Digests): TreeNow {
  return {
    tree,
    digestOf: async (folder) => {
      const asked = known.get(folder) ?? tree.digestOfFolder(folder);
      known.set(folder, asked);
      const found = await asked;
      if (!found.ok) known.delete(folder);
      return found;
    },
  };
}

function parentOf(folder: string): string {
  return folder.slice(0, Math.max(folder.lastIndexOf("/"), 0));
}

/** What is kept beside the tree changes with each reading of it, and git lists none of it. */
function isOurs(folder: string): boolean {
  return folder === ".slipway" || folder.startsWith(".slipway/");
}

/** Which folder the root is, and what is mounted in it: a mount hides a folder and tells nobody. */
function placeStamp(root: string): string {
  const lines = readFileSync("/proc/self/mountinfo", "latin1").split("\n");
  // Octal escapes stand for spaces and the like; a root with such a name is compared by what is before them.
  const [start = root] = root.split(/[\s\\]/, 1);
  const mounts = lines.filter((line) => line.split(" ", 5)[4]?.startsWith(start));
  return [identityOf(root), ...mounts].join("\n");
}
