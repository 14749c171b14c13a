import { compareBytes } from "../byte-order.ts";
import { sha256 } from "../digest.ts";
import { sliceColumns } from "./block.ts";
import { openDirectoryWriter } from "./directory-message.ts";
import type { DirectoryWriter } from "./directory-message.ts";
import { signedContent } from "./entries.ts";
import type { Texts } from "./notes.ts";
import { placesOf } from "./scan.ts";
import {
  digestBytes,
  kind,
  namesIn,
  pathOf,
  row,
  setWord,
  targetsText,
  wordOf,
} from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * Makes the Directory messages of a folder and of all below it, as the Remote Execution API has them, and keeps their
 * digests in the snapshot; known ones are not made again. Every file has to be known. Returns whether any was made.
 * `hasEmptyFolders`: git, where it decides, does not know them.
 */
export function digestFolders(
  snapshot: Snapshot,
  folder: number,
  { texts, hasEmptyFolders }: { readonly texts: Texts; readonly hasEmptyFolders: boolean },
): boolean {
  if (wordOf(snapshot, folder, row.hasMerkle) !== 0) return false;
  const places = placesOf(snapshot);
  const writer = openDirectoryWriter();
  const digest = (at: number): void => {
    if (wordOf(snapshot, at, row.hasMerkle) !== 0) return;
    const folders: Named[] = [];
    for (const below of foldersBelow(snapshot, at)) {
      const place = places.get(below.path);
      if (place === undefined) continue;
      digest(place);
      const isEmpty = wordOf(snapshot, place, row.merkleBytes) === 0;
      if (!isEmpty || hasEmptyFolders) folders.push({ name: below.name, at: place });
    }
    write(writer, snapshot, at, { folders, texts });
    const message = writer.end();
    setWord(snapshot, at, row.merkleBytes, message.byteLength);
    setWord(snapshot, at, row.hasMerkle, 1);
    snapshot.merkle.set(sha256(message), at * digestBytes);
  };
  digest(folder);
  return true;
}

export function merkleOf(snapshot: Snapshot, folder: number): Uint8Array {
  return snapshot.merkle.subarray(folder * digestBytes, (folder + 1) * digestBytes);
}

type Named = { readonly name: string; readonly at: number };

function foldersBelow(
  snapshot: Snapshot,
  folder: number,
): readonly { readonly name: string; readonly path: string }[] {
  const first = wordOf(snapshot, folder, row.firstEntry);
  const kinds = snapshot.kinds.subarray(first, first + wordOf(snapshot, folder, row.entryCount));
  if (!kinds.includes(kind.folder)) return [];
  const path = pathOf(snapshot, folder);
  const prefix = path === "" ? "" : `${path}/`;
  return namesIn(snapshot, folder)
    .filter((_, entry) => kinds[entry] === kind.folder)
    .map((name) => ({ name, path: prefix + name }));
}

function write(
  writer: DirectoryWriter,
  snapshot: Snapshot,
  folder: number,
  { folders, texts }: { readonly folders: readonly Named[]; readonly texts: Texts },
): void {
  const first = wordOf(snapshot, folder, row.firstEntry);
  const columns = sliceColumns(snapshot, first, wordOf(snapshot, folder, row.entryCount));
  const files: Named[] = [];
  const links: Named[] = [];
  for (const [entry, name] of namesIn(snapshot, folder).entries()) {
    const what = columns.kinds[entry];
    if (what === kind.file || what === kind.submodule) files.push({ name, at: entry });
    if (what === kind.symlink) links.push({ name, at: links.length });
  }
  for (const { name, at } of sortedByBytes(files)) {
    const isExecutable = ((columns.modes[at] ?? 0) & 0o100) !== 0;
    const { digest, sizeBytes } = signedContent(snapshot, first + at, texts);
    writer.file(name, digest, sizeBytes, isExecutable);
  }
  for (const { name, at } of sortedByBytes(folders)) {
    writer.folder(name, merkleOf(snapshot, at), wordOf(snapshot, at, row.merkleBytes));
  }
  const targets = links.length === 0 ? [] : targetsText(snapshot, folder).split("\0");
  for (const { name, at } of sortedByBytes(links)) writer.symlink(name, targets[at] ?? "");
}

function sortedByBytes(names: readonly Named[]): readonly Named[] {
  const isSorted = names.every(
    ({ name }, at) => at === 0 || compareBytes(names[at - 1]?.name ?? "", name) < 0,
  );
  // The kernel's listing is sorted by libuv already.
  return isSorted ? names : names.toSorted((a, b) => compareBytes(a.name, b.name));
}
