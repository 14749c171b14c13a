import type { FolderWork } from "./survey-folder.ts";

/** What a pass is given; the thread beside gets the same. */
export type Task = {
  readonly root: string;
  readonly snapshot: SharedArrayBuffer | undefined;
  readonly raceMs: number;
  readonly telling: number | undefined;
  readonly hashes: boolean;
  readonly works: readonly FolderWork[] | undefined;
  readonly only: readonly number[] | undefined;
  readonly cursor: SharedArrayBuffer;
  readonly port: MessagePort;
};
