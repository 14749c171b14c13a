import path from "node:path";
import { compareBytes } from "../byte-order.ts";
import { digestOfBytes, hexOf } from "../digest.ts";
import type { FileDigest } from "../file-digest.ts";
import { lstatSync } from "../file-system.ts";
import type { ListedFile, RegularFile } from "../listing.ts";
import { hasStat, setStat, signedContent } from "./block.ts";
import { isRacy } from "./clock.ts";
import type { Texts } from "./notes.ts";
import { placesOf } from "./scan.ts";
import {
  digestBytes,
  kind,
  namesIn,
  pathOf,
  row,
  state,
  statWidth,
  targetsText,
  wordOf,
} from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";
import { isWithin, submodulesIn } from "./submodules.ts";

/** Finds folders and the entries of files in a snapshot by path. */
export type Finder = {
  readonly folder: (path: string) => number | undefined;
  readonly file: (path: string) => number | undefined;
};

export function openFinder(snapshot: Snapshot): Finder {
  const lazily: { places?: ReadonlyMap<string, number> } = {};
  const places = (): ReadonlyMap<string, number> => (lazily.places ??= placesOf(snapshot));
  const entries = new Map<number, ReadonlyMap<string, number>>();
  const entriesOf = (folder: number): ReadonlyMap<string, number> => {
    const known = entries.get(folder);
    if (known !== undefined) return known;
    const made = new Map(namesIn(snapshot, folder).map((name, at) => [name, at]));
    entries.set(folder, made);
    return made;
  };
  return {
    folder: (at) => places().get(at),
    file: (at) => {
      const slash = at.lastIndexOf("/");
      const folder = places().get(at.slice(0, Math.max(0, slash)));
      if (folder === undefined) return undefined;
      const entry = entriesOf(folder).get(at.slice(slash + 1));
      if (entry === undefined) return undefined;
      const place = wordOf(snapshot, folder, row.firstEntry) + entry;
      return hasBytes(snapshot.kinds[place]) ? place : undefined;
    },
  };
}

/** Of a submodule git's text for its commit. */
function hasBytes(what: number | undefined): boolean {
  return what === kind.file || what === kind.submodule;
}

/** A folder and all below it, without what submodules stand for; with their files for who asks below one. */
function* foldersFrom(
  snapshot: Snapshot,
  folder: string,
): Generator<{ readonly place: number; readonly at: string }> {
  const prefix = folder === "" ? "" : `${folder}/`;
  const hidden = [...submodulesIn(snapshot).keys()].filter((one) => !isWithin([one], folder));
  for (let place = 0; place < snapshot.folderCount; place += 1) {
    const at = pathOf(snapshot, place);
    if ((at === folder || at.startsWith(prefix)) && !isWithin(hidden, at)) yield { place, at };
  }
}

/** The files and links below a folder in the order of their paths as bytes. */
export function filesBelow(snapshot: Snapshot, folder: string): readonly ListedFile[] {
  const files: ListedFile[] = [];
  for (const { place, at } of foldersFrom(snapshot, folder)) {
    files.push(...filesOf(snapshot, place, at));
  }
  return files.toSorted((a, b) => compareBytes(a.path, b.path));
}

function filesOf(snapshot: Snapshot, folder: number, at: string): readonly ListedFile[] {
  const first = wordOf(snapshot, folder, row.firstEntry);
  const prefix = at === "" ? "" : `${at}/`;
  const targets = targetsText(snapshot, folder).split("\0");
  const files: ListedFile[] = [];
  let links = 0;
  for (const [entry, name] of namesIn(snapshot, folder).entries()) {
    const what = snapshot.kinds[first + entry];
    if (what === kind.symlink) {
      files.push({ kind: "symlink", path: prefix + name, target: targets[links] ?? "" });
      links += 1;
    }
    if (hasBytes(what)) files.push(regularFile(snapshot, first + entry, prefix + name));
  }
  return files;
}

function regularFile(snapshot: Snapshot, entry: number, at: string): RegularFile {
  const isExecutable = isExecutableAt(snapshot, entry);
  return { kind: "file", path: at, isExecutable, sizeBytes: sizeOf(snapshot, entry) };
}

function isExecutableAt(snapshot: Snapshot, entry: number): boolean {
  return ((snapshot.modes[entry] ?? 0) & 0o100) !== 0;
}

function sizeOf(snapshot: Snapshot, entry: number): number {
  return snapshot.stats[entry * statWidth + 2] ?? 0;
}

export function countBelow(
  snapshot: Snapshot,
  folder: string,
): { readonly files: number; readonly bytes: number } {
  let files = 0;
  let bytes = 0;
  for (const { place } of foldersFrom(snapshot, folder)) {
    const first = wordOf(snapshot, place, row.firstEntry);
    const last = first + wordOf(snapshot, place, row.entryCount);
    for (let entry = first; entry < last; entry += 1) {
      const what = snapshot.kinds[entry];
      if (hasBytes(what) || what === kind.symlink) files += 1;
      if (hasBytes(what)) bytes += sizeOf(snapshot, entry);
    }
  }
  return { files, bytes };
}

/** Regular files below a folder that no digest is known of. */
export function unknownBelow(snapshot: Snapshot, folder: string): readonly RegularFile[] {
  const files: RegularFile[] = [];
  for (const { place, at } of foldersFrom(snapshot, folder)) {
    const first = wordOf(snapshot, place, row.firstEntry);
    const last = first + wordOf(snapshot, place, row.entryCount);
    const entries: number[] = [];
    for (let entry = first; entry < last; entry += 1) {
      if (snapshot.kinds[entry] === kind.file && !isKnown(snapshot, entry)) entries.push(entry);
    }
    if (entries.length === 0) continue;
    const names = namesIn(snapshot, place);
    const below = at === "" ? "" : `${at}/`;
    for (const entry of entries) {
      files.push(regularFile(snapshot, entry, below + (names[entry - first] ?? "")));
    }
  }
  return files;
}

function isKnown(snapshot: Snapshot, entry: number): boolean {
  return ((snapshot.states[entry] ?? 0) & state.known) !== 0;
}

/** What a file is signed by: its own bytes, or those of a declared text with LF. */
export function knownDigest(
  snapshot: Snapshot,
  entry: number,
  { at, texts }: { readonly at: string; readonly texts: Texts },
): FileDigest | undefined {
  if (!isKnown(snapshot, entry)) return undefined;
  const { digest, sizeBytes } = signedContent(snapshot, entry, texts);
  const isExecutable = isExecutableAt(snapshot, entry);
  return { path: at, digest: digestOfBytes(digest), sizeBytes, isExecutable };
}

/** Keeps a digest that was made after the scan, if the file is still the one that was scanned. */
export function keepDigest(
  snapshot: Snapshot,
  entry: number,
  {
    root,
    file,
    raceMs,
  }: { readonly root: string; readonly file: FileDigest; readonly raceMs: number },
): boolean {
  const stat = lstatSync(path.join(root, file.path), { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile()) return false;
  const isSame = hasStat(snapshot, entry, stat);
  if (!isSame && (snapshot.stats[entry * statWidth + 4] ?? 0) !== 0) return false;
  setStat(snapshot, entry, stat);
  snapshot.digests.set(Buffer.from(hexOf(file.digest), "hex"), entry * digestBytes);
  const crlf = file.hasCrlf === true ? state.crlf : 0;
  snapshot.states[entry] = state.known | crlf | (isRacy(stat, raceMs) ? state.racy : 0);
  return true;
}
