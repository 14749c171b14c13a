import { writeSha256 } from "../digest.ts";
import { sliceColumns } from "./block.ts";
import { openDirectoryWriter } from "./directory-message.ts";
import { splitTargets, writeFolder } from "./folder-message.ts";
import type { SubfolderNode } from "./folder-message.ts";
import type { Texts } from "./notes.ts";
import { placesOf } from "./scan.ts";
import {
  digestBytes,
  kind,
  merkleOf,
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
 * digests in the snapshot; known ones are not made again. Every file has to be known. Returns how many were made.
 * `hasEmptyFolders`: git, where it decides, does not know them.
 */
export function digestFolders(
  snapshot: Snapshot,
  folder: number,
  { texts, hasEmptyFolders }: { readonly texts: Texts; readonly hasEmptyFolders: boolean },
): number {
  if (wordOf(snapshot, folder, row.hasMerkle) !== 0) return 0;
  const places = placesOf(snapshot);
  const writer = openDirectoryWriter();
  let made = 0;
  const digest = (at: number): void => {
    if (wordOf(snapshot, at, row.hasMerkle) !== 0) return;
    const folders: SubfolderNode[] = [];
    for (const below of foldersBelow(snapshot, at)) {
      const place = places.get(below.path);
      if (place === undefined) continue;
      digest(place);
      const isEmpty = wordOf(snapshot, place, row.merkleBytes) === 0;
      if (isEmpty && !hasEmptyFolders) continue;
      const sizeBytes = wordOf(snapshot, place, row.merkleBytes);
      folders.push({ name: below.name, digest: merkleOf(snapshot, place), sizeBytes });
    }
    const first = wordOf(snapshot, at, row.firstEntry);
    const message = writeFolder(writer, {
      names: namesIn(snapshot, at),
      targets: splitTargets(targetsText(snapshot, at)),
      columns: sliceColumns(snapshot, first, wordOf(snapshot, at, row.entryCount)),
      folders,
      texts,
    });
    setWord(snapshot, at, row.merkleBytes, message.byteLength);
    setWord(snapshot, at, row.hasMerkle, 1);
    writeSha256(message, snapshot.merkle, at * digestBytes);
    made += 1;
  };
  digest(folder);
  return made;
}

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
