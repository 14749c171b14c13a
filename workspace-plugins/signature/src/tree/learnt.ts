import type { Tally } from "./look.ts";

/** What a process has found out of a tree, beyond what the cache file has. */
export type Learnt = {
  /** How many files were read. */
  readonly hashed: number;
  /** About what it would take the next process to find it out again; `Infinity`: it must not have to. */
  readonly againMs: number;
};

export const nothingLearnt: Learnt = { hashed: 0, againMs: 0 };

/**
 * Up to here it is left to the next process to find out again: to write the file takes 10 ms with few files and 30 with
 * 100 000. Nothing adds up, since whoever comes next finds out all that was left and counts it anew.
 */
export const mostAgainMs = 2;

/** One folder that is not as it was; to make its message. */
export const folderMs = 0.05;

/** Opening a file and hashing a MiB, measured on files of 2 KiB and of 20 KiB. */
export function readingMs({ hashed, bytes }: Tally): number {
  return hashed * 0.01 + bytes / 1024 ** 2;
}
