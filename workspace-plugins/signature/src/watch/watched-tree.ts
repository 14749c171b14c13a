import type { ListingFailure, SignatureFailure } from "../failure.ts";
import type { FileListing } from "../listing.ts";
import { ok } from "../result.ts";
import type { Result } from "../result.ts";
import { openTree } from "../tree/open-tree.ts";
import type { Tree } from "../tree/tree.ts";
import type { FolderEvents } from "./folder-events.ts";
import { findRules, stampOf } from "./listing-stamp.ts";
import type { ListingRules } from "./listing-stamp.ts";
import { openLiveTree } from "./live-tree.ts";
import type { Kept, LiveTree } from "./live-tree.ts";
import type { TreeAnswer } from "./messages.ts";
import { watchFolders } from "./watched-folders.ts";

export type WatchedTree = AsyncDisposable & {
  /** As it is on disk when it is asked for. */
  readonly current: () => Promise<Result<TreeNow, ListingFailure>>;
  readonly folderCount: () => number;
};

export type TreeNow = {
  readonly tree: Tree;
  /** Of the files in a folder; found once for each reading. */
  readonly digestOf: (folder: string) => Promise<Result<TreeAnswer, SignatureFailure>>;
};

export type WatchedTreeOptions = {
  readonly cacheFile: string | undefined;
  readonly openEvents: (onChange: (folder: string) => void) => FolderEvents;
  /** Something may have changed; not said again before somebody has asked for the tree. */
  readonly onChange: () => void;
  readonly signal: AbortSignal;
};

/** The tree of a folder that is read once, and again only where something happened. `root`: absolute, no symlink. */
export function openWatchedTree(root: string, options: WatchedTreeOptions): WatchedTree {
  return new Watched(root, options);
}

class Watched implements WatchedTree {
  readonly #root: string;
  readonly #options: WatchedTreeOptions;
  readonly #events: FolderEvents;
  readonly #live: LiveTree<TreeNow, ListingFailure>;
  #rules: ListingRules = { isRepository: false, files: [] };
  #watched: ReadonlySet<string> = new Set();
  #isTold = false;

  constructor(root: string, options: WatchedTreeOptions) {
    this.#root = root;
    this.#options = options;
    this.#events = options.openEvents((folder) => this.#changed(folder));
    this.#live = openLiveTree({
      settle: () => this.#events.settle(),
      stamp: () => stampOf(root, this.#rules),
      read: () => this.#readAll(),
    });
  }

  current(): Promise<Result<TreeNow, ListingFailure>> {
    this.#isTold = false;
    return this.#live.current();
  }

  folderCount(): number {
    return this.#watched.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#events[Symbol.asyncDispose]();
  }

  async #readAll(): Promise<Result<Kept<TreeNow>, ListingFailure>> {
    const { signal, cacheFile } = this.#options;
    const own = await findRules(this.#root, [], signal);
    if (!own.ok) return own;
    const before = stampOf(this.#root, own.value);
    const { isRepository } = own.value;
    const found = await watchFolders(this.#root, { events: this.#events, isRepository, signal });
    if (!found.ok) return found;
    const { folders, repositories } = found.value;
    const rules =
      repositories.length === 0 ? own : await findRules(this.#root, repositories, signal);
    if (!rules.ok) return rules;
    this.#rules = rules.value;
    const stamp = stampOf(this.#root, rules.value);
    const tree = await this.#readWatched(new Set(folders), cacheFile);
    if (!tree.ok) return tree;
    // Rules that changed while folders were chosen by them, or no room to watch: never equal, so all is read again.
    const isSound = found.value.isComplete && stampOf(this.#root, own.value) === before;
    const value = openTreeNow(tree.value);
    // Hashes what is new now and not when somebody waits.
    await value.digestOf("");
    await tree.value.save();
    return ok({ value, stamp: isSound ? stamp : "unsound" });
  }

  /** Tracked files lie in ignored folders too; those are watched when a reading has found them, and read once more. */
  async #readWatched(
    folders: Set<string>,
    cacheFile: string | undefined,
  ): Promise<Result<Tree, ListingFailure>> {
    for (;;) {
      const tree = await openTree(this.#root, { cacheFile, signal: this.#options.signal });
      if (!tree.ok) return tree;
      const missing = foldersOf(tree.value.listing).difference(folders);
      for (const folder of missing) {
        this.#events.watch(folder);
        folders.add(folder);
      }
      if (missing.size > 0) continue;
      for (const folder of this.#watched.difference(folders)) this.#events.unwatch(folder);
      this.#watched = folders;
      return tree;
    }
  }

  #changed(folder: string): void {
    this.#live.changed(folder);
    if (this.#isTold) return;
    this.#isTold = true;
    this.#options.onChange();
  }
}

function openTreeNow(tree: Tree): TreeNow {
  const known = new Map<string, Promise<Result<TreeAnswer, SignatureFailure>>>();
  return {
    tree,
    digestOf: (folder) => {
      const found = known.get(folder) ?? tree.digestOfFolder(folder);
      known.set(folder, found);
      return found;
    },
  };
}

function foldersOf(listing: FileListing): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const { path: file } of listing.files) {
    for (let at = parentOf(file); at !== "" && !folders.has(at); at = parentOf(at)) folders.add(at);
  }
  return folders;
}

function parentOf(file: string): string {
  return file.slice(0, Math.max(file.lastIndexOf("/"), 0));
}
