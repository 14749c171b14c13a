/**
 * What is known of a tree, as columns in one shared buffer that is also the content of the cache file. Two threads read
 * it without copies, and an object per file is made only for who asks for one.
 *
 *     header      16 × u32   magic, format, checksum, then the counts and lengths that say where the sections lie
 *     stats        5 × f64   an entry: dev, ino, size, mtime, ctime (ms)
 *     times        4 × f64   a folder: dev, ino, mtime, ctime (ms); zeros where they tell nothing of its names
 *     modes        1 × u32   an entry
 *     folders     12 × u32   a folder: see `row`
 *     digests      32 bytes  an entry: SHA-256 of its content
 *     merkle       32 bytes  a folder: SHA-256 of its Directory message
 *     kinds, states 1 byte   an entry
 *     text                   a folder: its path, the names of its entries with `/` between, link targets with NUL between
 *     notes                  JSON: which folder this is, and what decided which of its names count
 *     memo                   JSON: what others keep beside
 *
 * The entries of a folder are in the order in which Node lists it, so that an unchanged folder compares without
 * being sorted. Numbers are in the order of bytes of the machine; another order reads another magic.
 *
 * Times are doubles: from 2^52 ns of a second they lose what is below 0.25 µs, and no two changes that a stat was taken
 * between are so near. An inode above 2^53 loses low bits; files that are swapped have a new ctime too.
 */
export type Snapshot = Sections & {
  readonly buffer: SharedArrayBuffer;
  readonly folderCount: number;
  readonly entryCount: number;
};

type Sections = {
  readonly header: Uint32Array;
  readonly stats: Float64Array;
  readonly times: Float64Array;
  readonly modes: Uint32Array;
  readonly folders: Uint32Array;
  readonly digests: Uint8Array;
  readonly merkle: Uint8Array;
  readonly kinds: Uint8Array;
  readonly states: Uint8Array;
  readonly text: Buffer;
  readonly notes: Buffer;
  readonly memo: Buffer;
};

export type SnapshotSizes = {
  readonly folders: number;
  readonly entries: number;
  readonly textBytes: number;
  readonly notesBytes: number;
  readonly memoBytes: number;
};

/** What an entry of a folder is to the tree. */
export const kind = {
  /** Ignored, or of no content to sign: a pipe, a socket, a device. Only its type is watched. */
  leftOut: 0,
  file: 1,
  symlink: 2,
  folder: 3,
  /** A folder that stands for its commit: its digest is that of git's text for it. */
  submodule: 4,
} as const;

/** Bits of an entry's state. */
export const state = {
  /** Its digest is that of its stat. */
  known: 1,
  /** Changed so late that a later change could hide behind the same stat: hashed again the next time. */
  racy: 2,
  /** Has CR LF somewhere. */
  crlf: 4,
  /** Has CR LF and is declared text: signed as if it had LF. */
  text: 8,
  /** Of one that has CR LF: git was asked whether it is declared. */
  decided: 16,
} as const;

export const statWidth = 5;
export const timesWidth = 4;
export const digestBytes = 32;
const folderWidth = 12;
const headerWords = 16;
const magic = 0x54_57_4c_53;
const format = 2;

/** Words of the header. */
const at = { magic: 0, format: 1, checksum: 2, folders: 4, entries: 5, text: 6, notes: 7, memo: 8 };
/** Everything from here on is under the checksum. */
export const checkedFromByte = 16;

/** Words of a folder's row. */
export const row = {
  text: 0,
  pathBytes: 1,
  namesBytes: 2,
  targetsBytes: 3,
  firstEntry: 4,
  entryCount: 5,
  versionHigh: 6,
  versionLow: 7,
  /** Of the Directory message, where `hasMerkle` is 1. */
  merkleBytes: 8,
  hasMerkle: 9,
  /** 1: changed so late that its names have to be asked for again. */
  isRacy: 10,
} as const;

export function makeSnapshot(sizes: SnapshotSizes): Snapshot {
  const buffer = new SharedArrayBuffer(layOut(sizes).end);
  const header = new Uint32Array(buffer, 0, headerWords);
  header[at.magic] = magic;
  header[at.format] = format;
  header[at.folders] = sizes.folders;
  header[at.entries] = sizes.entries;
  header[at.text] = sizes.textBytes;
  header[at.notes] = sizes.notesBytes;
  header[at.memo] = sizes.memoBytes;
  return viewSnapshot(buffer);
}

/** The columns of a buffer whose header is known to be right. */
export function viewSnapshot(buffer: SharedArrayBuffer): Snapshot {
  const header = new Uint32Array(buffer, 0, headerWords);
  const sizes = sizesIn(header);
  const { folders, entries } = sizes;
  const place = layOut(sizes);
  return {
    buffer,
    folderCount: folders,
    entryCount: entries,
    header,
    stats: new Float64Array(buffer, place.stats, entries * statWidth),
    times: new Float64Array(buffer, place.times, folders * timesWidth),
    modes: new Uint32Array(buffer, place.modes, entries),
    folders: new Uint32Array(buffer, place.folders, folders * folderWidth),
    digests: new Uint8Array(buffer, place.digests, entries * digestBytes),
    merkle: new Uint8Array(buffer, place.merkle, folders * digestBytes),
    kinds: new Uint8Array(buffer, place.kinds, entries),
    states: new Uint8Array(buffer, place.states, entries),
    text: Buffer.from(buffer, place.text, sizes.textBytes),
    notes: Buffer.from(buffer, place.notes, sizes.notesBytes),
    memo: Buffer.from(buffer, place.memo, sizes.memoBytes),
  };
}

/** Whether the header is one of ours and names sections that fill the buffer exactly. */
export function hasSections(buffer: SharedArrayBuffer): boolean {
  if (buffer.byteLength < headerWords * 4) return false;
  const header = new Uint32Array(buffer, 0, headerWords);
  if (header[at.magic] !== magic || header[at.format] !== format) return false;
  return layOut(sizesIn(header)).end === buffer.byteLength;
}

/** Whether every place that a folder names lies inside of the sections. */
export function hasPlaces(snapshot: Snapshot): boolean {
  let next = 0;
  for (let folder = 0; folder < snapshot.folderCount; folder += 1) {
    const word = (index: number): number => wordOf(snapshot, folder, index);
    const textEnd =
      word(row.text) + word(row.pathBytes) + word(row.namesBytes) + word(row.targetsBytes);
    if (textEnd > snapshot.text.byteLength || word(row.firstEntry) !== next) return false;
    next += word(row.entryCount);
  }
  return next === snapshot.entryCount;
}

export function checksumOf(snapshot: Snapshot): number {
  return snapshot.header[at.checksum] ?? 0;
}

export function setChecksum(snapshot: Snapshot, checksum: number): void {
  snapshot.header[at.checksum] = checksum;
}

export function wordOf(snapshot: Snapshot, folder: number, index: number): number {
  return snapshot.folders[folder * folderWidth + index] ?? 0;
}

export function setWord(snapshot: Snapshot, folder: number, index: number, value: number): void {
  snapshot.folders[folder * folderWidth + index] = value;
}

export function pathOf(snapshot: Snapshot, folder: number): string {
  const start = wordOf(snapshot, folder, row.text);
  return snapshot.text.toString("utf8", start, start + wordOf(snapshot, folder, row.pathBytes));
}

/** With `/` between. */
export function namesText(snapshot: Snapshot, folder: number): string {
  const start = wordOf(snapshot, folder, row.text) + wordOf(snapshot, folder, row.pathBytes);
  return snapshot.text.toString("utf8", start, start + wordOf(snapshot, folder, row.namesBytes));
}

export function namesIn(snapshot: Snapshot, folder: number): readonly string[] {
  return splitNames(namesText(snapshot, folder));
}

export function splitNames(text: string): readonly string[] {
  return text === "" ? [] : text.split("/");
}

/** The texts of its symlinks in their order, with NUL between. */
export function targetsText(snapshot: Snapshot, folder: number): string {
  const start =
    wordOf(snapshot, folder, row.text) +
    wordOf(snapshot, folder, row.pathBytes) +
    wordOf(snapshot, folder, row.namesBytes);
  return snapshot.text.toString("utf8", start, start + wordOf(snapshot, folder, row.targetsBytes));
}

/** The digest of the Directory message of a folder. */
export function merkleOf(snapshot: Snapshot, folder: number): Uint8Array {
  return snapshot.merkle.subarray(folder * digestBytes, (folder + 1) * digestBytes);
}

function sizesIn(header: Uint32Array): SnapshotSizes {
  return {
    folders: header[at.folders] ?? 0,
    entries: header[at.entries] ?? 0,
    textBytes: header[at.text] ?? 0,
    notesBytes: header[at.notes] ?? 0,
    memoBytes: header[at.memo] ?? 0,
  };
}

function layOut({ folders, entries, textBytes, notesBytes, memoBytes }: SnapshotSizes) {
  const stats = headerWords * 4;
  const times = stats + entries * statWidth * 8;
  const modes = times + folders * timesWidth * 8;
  const rows = modes + entries * 4;
  const digests = rows + folders * folderWidth * 4;
  const merkle = digests + entries * digestBytes;
  const kinds = merkle + folders * digestBytes;
  const states = kinds + entries;
  const text = states + entries;
  const notes = text + textBytes;
  const memo = notes + notesBytes;
  return {
    stats,
    times,
    modes,
    folders: rows,
    digests,
    merkle,
    kinds,
    states,
    text,
    notes,
    memo,
    end: memo + memoBytes,
  };
}
