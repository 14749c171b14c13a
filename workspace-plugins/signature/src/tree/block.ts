import type { Stats } from "node:fs";
import type { Texts } from "./notes.ts";
import { digestBytes, state, statWidth } from "./snapshot.ts";

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
  /** As in a snapshot. */
  readonly times: Float64Array;
  /** Device and inode of the folder itself; "" where nothing was read from it. */
  readonly identity: string;
  /** Changed so late that a new name in it could have been missed: its names are asked for again. */
  readonly isRacy: boolean;
  /** Places of the folders below of which only git can say whether they count. */
  readonly undecided: readonly number[];
  /** Whether there are names, not of folders, that nobody listed. */
  readonly hasUnlisted: boolean;
  /** Digest and size of its Directory message, where all of it is in these columns and known. */
  readonly message: FolderMessage | undefined;
  /** Whether anything that counts is not as it was. */
  readonly isChanged: boolean;
};

export type FolderMessage = { readonly digest: Uint8Array; readonly sizeBytes: number };

export type Columns = Pick<Block, "stats" | "modes" | "kinds" | "states" | "digests">;

/** In one buffer, so that a thread hands them over at once. */
export function makeColumns(count: number): Columns {
  const statBytes = count * statWidth * 8;
  const modeBytes = count * 4;
  const buffer = new ArrayBuffer(statBytes + modeBytes + count * (digestBytes + 2));
  const digests = statBytes + modeBytes;
  const kinds = digests + count * digestBytes;
  return {
    stats: new Float64Array(buffer, 0, count * statWidth),
    modes: new Uint32Array(buffer, statBytes, count),
    digests: new Uint8Array(buffer, digests, count * digestBytes),
    kinds: new Uint8Array(buffer, kinds, count),
    states: new Uint8Array(buffer, kinds + count, count),
  };
}

export function copyColumns(columns: Columns): Columns {
  const copy = makeColumns(columns.kinds.length);
  copy.stats.set(columns.stats);
  copy.modes.set(columns.modes);
  copy.digests.set(columns.digests);
  copy.kinds.set(columns.kinds);
  copy.states.set(columns.states);
  return copy;
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

/** What an entry is signed by: its own bytes, or those of a declared text with LF. Its content has to be known. */
export function signedContent(
  columns: Columns,
  entry: number,
  texts: Texts,
): { readonly digest: Uint8Array; readonly sizeBytes: number } {
  const digest = digestAt(columns, entry);
  if (((columns.states[entry] ?? 0) & state.text) !== 0) {
    const text = texts[Buffer.from(digest).toString("hex")];
    if (text !== undefined) return { digest: Buffer.from(text[0], "hex"), sizeBytes: text[1] };
  }
  return { digest, sizeBytes: columns.stats[entry * statWidth + 2] ?? 0 };
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
