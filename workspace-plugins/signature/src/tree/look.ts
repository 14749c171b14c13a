import { constants, lstatSync, readlinkSync } from "node:fs";
import type { Stats } from "node:fs";
import { isUtf8 } from "node:buffer";
import { hexOf } from "../digest.ts";
import { readAtRest } from "../file-digest.ts";
import { copyEntry, digestAt, hasStat, setStat } from "./block.ts";
import type { Columns } from "./block.ts";
import { codeOf, isRacy, openReader } from "./content.ts";
import type { Reader } from "./content.ts";
import { openDirectoryWriter } from "./directory-message.ts";
import type { DirectoryWriter } from "./directory-message.ts";
import { digestBytes, kind, state } from "./snapshot.ts";
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
  readonly read: Reader;
  readonly writer: DirectoryWriter;
  readonly tally: Tally;
};

/** Counts the files that were read. */
export type Tally = { hashed: number; bytes: number };

export function openLooking(
  from: Pick<Looking, "root" | "old" | "raceMs" | "telling" | "hashes">,
): Looking {
  const read = openReader(from.raceMs);
  return { ...from, read, writer: openDirectoryWriter(), tally: { hashed: 0, bytes: 0 } };
}

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
function isLarge(stat: Stats): boolean {
  return stat.size >= 1024 ** 2;
}

/**
 * Writes one regular file into `columns`. What is there of `before` tells whether its content is still the same.
 * Returns whether anything that counts is not as it was.
 */
export function recordFile(
  looking: Looking,
  absolute: string,
  to: { readonly columns: Columns; readonly entry: number },
  before: { readonly columns: Columns; readonly entry: number } | undefined,
): boolean {
  const { columns, entry } = to;
  columns.kinds[entry] = kind.file;
  const wasKnown = before !== undefined && isKnown(before);
  if (before !== undefined) {
    const stat = lookAt(absolute);
    if (typeof stat !== "string" && isSettled(before.columns, before.entry, stat, looking)) {
      copyEntry(columns, entry, before.columns, before.entry);
      return false;
    }
  }
  if (looking.hashes || wasKnown) digestInto(looking, absolute, to);
  else recordStat(looking, absolute, to);
  return before === undefined || !wasKnown || !isEqual(to, before);
}

type Place = { readonly columns: Columns; readonly entry: number };

function isKnown({ columns, entry }: Place): boolean {
  return ((columns.states[entry] ?? 0) & state.known) !== 0;
}

/** Same content and same executable bit: a file that was only touched is not changed. */
function isEqual(a: Place, b: Place): boolean {
  if (!isKnown(a) || !isKnown(b)) return false;
  if (((modeOf(a) ^ modeOf(b)) & 0o100) !== 0 || sizeOf(a) !== sizeOf(b)) return false;
  return Buffer.compare(digestAt(a.columns, a.entry), digestAt(b.columns, b.entry)) === 0;
}

function modeOf({ columns, entry }: Place): number {
  return columns.modes[entry] ?? 0;
}

function sizeOf({ columns, entry }: Place): number {
  return columns.stats[entry * 5 + 2] ?? 0;
}

function digestInto(looking: Looking, absolute: string, { columns, entry }: Place): void {
  const content = looking.read(absolute, columns.digests, entry * digestBytes);
  if (content.state === "read") {
    count(looking, content.stat);
    setStat(columns, entry, content.stat);
    columns.states[entry] = state.known | (content.hasCrlf ? state.crlf : 0);
    return;
  }
  const stat = recordStat(looking, absolute, { columns, entry });
  if (stat === undefined || isLarge(stat)) return;
  count(looking, stat);
  const found = readAtRest(absolute, "");
  if (!found.ok) return;
  setStat(columns, entry, found.value.stat);
  columns.digests.set(Buffer.from(hexOf(found.value.digest), "hex"), entry * digestBytes);
  const isLate = isRacy(found.value.stat, looking.raceMs);
  const crlf = found.value.hasCrlf ? state.crlf : 0;
  columns.states[entry] = state.known | crlf | (isLate ? state.racy : 0);
}

function count({ tally }: Looking, stat: Stats): void {
  tally.hashed += 1;
  tally.bytes += stat.size;
}

/** What is no regular file any more is left out; one that cannot be looked at stays, to fail for who needs it. */
function recordStat(
  looking: Looking,
  absolute: string,
  { columns, entry }: Place,
): Stats | undefined {
  const stat = lookAt(absolute);
  if (stat === "closed") return undefined;
  if (stat === "gone" || !stat.isFile()) {
    columns.kinds[entry] = kind.leftOut;
    return undefined;
  }
  setStat(columns, entry, stat);
  columns.states[entry] = isRacy(stat, looking.raceMs) ? state.racy : 0;
  return stat;
}

/** The text of a link; `undefined` where it is gone, replaced, or no UTF-8. */
export function recordLink(
  looking: Looking,
  absolute: string,
  { columns, entry }: Place,
): string | undefined {
  const stat = lookAt(absolute);
  const target = readLink(absolute);
  columns.kinds[entry] = target === undefined ? kind.leftOut : kind.symlink;
  if (target === undefined || typeof stat === "string") return undefined;
  setStat(columns, entry, stat);
  columns.states[entry] = state.known | (isRacy(stat, looking.raceMs) ? state.racy : 0);
  return target;
}

function readLink(absolute: string): string | undefined {
  try {
    const target = readlinkSync(absolute, { encoding: "buffer" });
    return isUtf8(target) ? target.toString("utf8") : undefined;
  } catch (error) {
    codeOf(error);
    return undefined;
  }
}

/** Device and inode: what tells that a folder was not swapped for another, or for a link to one. */
export function identityOf(stat: Stats | "gone" | "closed"): string {
  return typeof stat === "string" || !stat.isDirectory() ? "" : `${stat.dev} ${stat.ino}`;
}
