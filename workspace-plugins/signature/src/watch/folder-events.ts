/**
 * What tells that something in a folder may be another than it was. It names the folder and never says what happened
 * there: that is for whoever looks.
 */
export type FolderEvents = AsyncDisposable & {
  /**
   * From here on each change of an entry of the folder, and of the folder itself, is told. Watching first and reading
   * then leaves no gap. Watching again what is watched costs one look whether it is still the same folder.
   * `gone`: there is no such folder. `refused`: the system has no room for one more watch.
   */
  readonly watch: (folder: string) => Watching;
  readonly unwatch: (folder: string) => void;
  /** Returns when all that was changed before the call has been told. `lost`: some of it may never be. */
  readonly settle: () => Promise<Settled>;
};

export type Watching = "watched" | "opened" | "gone" | "refused";
export type Settled = "complete" | "lost";
