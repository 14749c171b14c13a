import type { Stats } from "node:fs";
import { constants, lstatSync } from "../file-system.ts";
import { hasStat } from "./block.ts";
import type { Columns } from "./block.ts";
import { state } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

/** What a thread needs to look at folders. */
export type Looking = {
  readonly root: string;
  readonly old: Snapshot | undefined;
  /** When the scan began, by the clock of the file system: what changed since may change again unseen. */
  readonly raceMs: number;
  /** The device on which the times of a folder tell whether its names are the same. */
  readonly telling: number | undefined;
  /** Whether every file is digested; otherwise only those that were before. */
  readonly hashes: boolean;
  readonly tally: Tally;
};

export function openLooking(from: Omit<Looking, "tally">): Looking {
  return { ...from, tally: { hashed: 0, bytes: 0 } };
}

/** Counts the files that were read. */
export type Tally = { hashed: number; bytes: number };

/** `closed`: below a folder that may not be searched. */
export function lookAt(absolute: string): Stats | "gone" | "closed" {
  try {
    return lstatSync(absolute, quietly) ?? "gone";
  } catch (error) {
    return ["ENOENT", "ENOTDIR"].includes(codeOf(error)) ? "gone" : "closed";
  }
}

const quietly = { throwIfNoEntry: false } as const;

export function typeOf(mode: number): number {
  return mode & constants.S_IFMT;
}

/** Whether what is on disk is what `columns` say, and is known as well as it has to be. */
export function isSettled(
  columns: Columns,
  entry: number,
  stat: Stats,
  looking: Pick<Looking, "hashes">,
): boolean {
  const flags = columns.states[entry] ?? 0;
  if ((flags & state.racy) !== 0 || !hasStat(columns, entry, stat)) return false;
  return (flags & state.known) !== 0 || !looking.hashes || isLarge(stat);
}

/** So large that a scan leaves it to the pool. */
export function isLarge(stat: Stats): boolean {
  return stat.size >= 1024 ** 2;
}

/** Device and inode: what tells that a folder was not swapped for another, or for a link to one. */
export function identityOf(stat: Stats | "gone" | "closed"): string {
  return typeof stat === "string" || !stat.isDirectory() ? "" : `${stat.dev} ${stat.ino}`;
}

/** The code of an error of the file system; anything else is a bug. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string")
    return error.code;
  throw error;
}
