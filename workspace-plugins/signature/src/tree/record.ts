import type { Stats } from "node:fs";
import { hexOf } from "../digest.ts";
import { readAtRest } from "../file-digest.ts";
import { readlinkSync } from "../file-system.ts";
import { isUtf8 } from "../utf8.ts";
import { copyEntry, digestAt, setStat } from "./block.ts";
import type { Columns } from "./block.ts";
import { openReader } from "./content.ts";
import type { Reader } from "./content.ts";
import { openDirectoryWriter } from "./directory-message.ts";
import type { DirectoryWriter } from "./directory-message.ts";
import { isRacy } from "./clock.ts";
import { codeOf, isLarge, isSettled, lookAt } from "./look.ts";
import type { Looking } from "./look.ts";
import { digestBytes, kind, state } from "./snapshot.ts";

/** What a thread needs that has come to a file it has to read. */
export type Recording = Looking & { readonly read: Reader; readonly writer: DirectoryWriter };

export function openRecording(looking: Looking): Recording {
  return { ...looking, read: openReader(looking.raceMs), writer: openDirectoryWriter() };
}

/**
 * Writes one regular file into `columns`. What is there of `before` tells whether its content is still the same.
 * Returns whether anything that counts is not as it was.
 */
export function recordFile(
  recording: Recording,
  absolute: string,
  to: { readonly columns: Columns; readonly entry: number },
  before: { readonly columns: Columns; readonly entry: number } | undefined,
): boolean {
  const { columns, entry } = to;
  columns.kinds[entry] = kind.file;
  const wasKnown = before !== undefined && isKnown(before);
  if (before !== undefined) {
    const stat = lookAt(absolute);
    if (typeof stat !== "string" && isSettled(before.columns, before.entry, stat, recording)) {
      copyEntry(columns, entry, before.columns, before.entry);
      return false;
    }
  }
  if (recording.hashes || wasKnown) digestInto(recording, absolute, to);
  else recordStat(recording, absolute, to);
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

function digestInto(recording: Recording, absolute: string, { columns, entry }: Place): void {
  const content = recording.read(absolute, columns.digests, entry * digestBytes);
  if (content.state === "read") {
    count(recording, content.stat);
    setStat(columns, entry, content.stat);
    columns.states[entry] = state.known | (content.hasCrlf ? state.crlf : 0);
    return;
  }
  const stat = recordStat(recording, absolute, { columns, entry });
  if (stat === undefined || isLarge(stat)) return;
  count(recording, stat);
  const found = readAtRest(absolute, "");
  if (!found.ok) return;
  setStat(columns, entry, found.value.stat);
  columns.digests.set(Buffer.from(hexOf(found.value.digest), "hex"), entry * digestBytes);
  const isLate = isRacy(found.value.stat, recording.raceMs);
  const crlf = found.value.hasCrlf ? state.crlf : 0;
  columns.states[entry] = state.known | crlf | (isLate ? state.racy : 0);
}

function count({ tally }: Looking, stat: Stats): void {
  tally.hashed += 1;
  tally.bytes += stat.size;
}

/** What is no regular file any more is left out; one that cannot be looked at stays, to fail for who needs it. */
function recordStat(
  recording: Recording,
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
  columns.states[entry] = isRacy(stat, recording.raceMs) ? state.racy : 0;
  return stat;
}

/**
 * The text of a link; `undefined` where it is gone or replaced, and where it is no UTF-8: such a link stays as a file that
 * nobody can read, to fail for who needs it.
 */
export function recordLink(
  recording: Recording,
  absolute: string,
  { columns, entry }: Place,
): string | undefined {
  const stat = lookAt(absolute);
  const target = readLink(absolute);
  const isThere = target !== undefined && typeof stat !== "string";
  columns.kinds[entry] = isThere ? kind.file : kind.leftOut;
  if (!isThere || !isUtf8(target)) return undefined;
  columns.kinds[entry] = kind.symlink;
  setStat(columns, entry, stat);
  columns.states[entry] = state.known | (isRacy(stat, recording.raceMs) ? state.racy : 0);
  return target.toString("utf8");
}

function readLink(absolute: string): Buffer | undefined {
  try {
    return readlinkSync(absolute, { encoding: "buffer" });
  } catch (error) {
    codeOf(error);
    return undefined;
  }
}
