import type { Stats } from "node:fs";
import { digestBytes, statWidth } from "./snapshot.ts";

/** One folder as a scan found it: the same columns as in a snapshot, for its entries alone. */
export type Block = {
  /** "" is the root. */
  readonly path: string;
  /** With `/` between, as the kernel lists them. */
  readonly names: string;
  /** Texts of its symlinks in their order, with NUL between. */
  readonly targets: string;
  readonly stats: Float64Array;
  readonly modes: Uint32Array;
  readonly kinds: Uint8Array;
  readonly states: Uint8Array;
  readonly digests: Uint8Array;
  /** Device and inode of the folder itself; "" where nothing was read from it. */
  readonly identity: string;
  /** Changed so late that a new name in it could have been missed: its names are asked for again. */
  readonly isRacy: boolean;
  /** Places of the folders below of which only git can say whether they count. */
  readonly undecided: readonly number[];
  /** Whether anything that counts is not as it was. */
  readonly isChanged: boolean;
};

export type Columns = Pick<Block, "stats" | "modes" | "kinds" | "states" | "digests">;

export function makeColumns(count: number): Columns {
  return {
    stats: new Float64Array(count * statWidth),
    modes: new Uint32Array(count),
    kinds: new Uint8Array(count),
    states: new Uint8Array(count),
    digests: new Uint8Array(count * digestBytes),
  };
}

export function copyColumns(columns: Columns): Columns {
  return {
    stats: columns.stats.slice(),
    modes: columns.modes.slice(),
    kinds: columns.kinds.slice(),
    states: columns.states.slice(),
    digests: columns.digests.slice(),
  };
}

export function setStat(columns: Columns, entry: number, stat: Stats): void {
  const at = entry * statWidth;
  columns.stats[at] = stat.dev;
  columns.stats[at + 1] = stat.ino;
  columns.stats[at + 2] = stat.size;
  columns.stats[at + 3] = stat.mtimeMs;
  columns.stats[at + 4] = stat.ctimeMs;
  columns.modes[entry] = modeWord(stat);
}

export function hasStat(columns: Columns, entry: number, stat: Stats): boolean {
  const at = entry * statWidth;
  return (
    columns.stats[at + 4] === stat.ctimeMs &&
    columns.stats[at + 3] === stat.mtimeMs &&
    columns.stats[at + 2] === stat.size &&
    columns.stats[at + 1] === stat.ino &&
    columns.stats[at] === stat.dev &&
    columns.modes[entry] === modeWord(stat)
  );
}

export function copyEntry(to: Columns, toEntry: number, from: Columns, fromEntry: number): void {
  const stat = fromEntry * statWidth;
  to.stats.set(from.stats.subarray(stat, stat + statWidth), toEntry * statWidth);
  to.modes[toEntry] = from.modes[fromEntry] ?? 0;
  to.kinds[toEntry] = from.kinds[fromEntry] ?? 0;
  to.states[toEntry] = from.states[fromEntry] ?? 0;
  const digest = fromEntry * digestBytes;
  to.digests.set(from.digests.subarray(digest, digest + digestBytes), toEntry * digestBytes);
}

export function digestAt(columns: Columns, entry: number): Uint8Array {
  return columns.digests.subarray(entry * digestBytes, (entry + 1) * digestBytes);
}

/** The columns of the entries `[first, first + count)`, shared with `columns`. */
export function sliceColumns(columns: Columns, first: number, count: number): Columns {
  return {
    stats: columns.stats.subarray(first * statWidth, (first + count) * statWidth),
    modes: columns.modes.subarray(first, first + count),
    kinds: columns.kinds.subarray(first, first + count),
    states: columns.states.subarray(first, first + count),
    digests: columns.digests.subarray(first * digestBytes, (first + count) * digestBytes),
  };
}

/** In a mode, above the bits of the system: the file has another name, and can be written to through that one. */
export const sharedBit = 0x1_0000;

function modeWord(stat: Stats): number {
  return stat.nlink > 1 ? stat.mode | sharedBit : stat.mode;
}
