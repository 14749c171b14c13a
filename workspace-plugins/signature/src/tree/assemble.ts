import { sliceColumns } from "./block.ts";
import type { Block } from "./block.ts";
import { placesOf } from "./scan.ts";
import {
  digestBytes,
  kind,
  makeSnapshot,
  namesText,
  pathOf,
  row,
  setWord,
  splitNames,
  statWidth,
  targetsText,
  timesWidth,
  wordOf,
} from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

/** The folders of a snapshot as blocks, for those that nothing was learnt about. */
export function blocksOf(snapshot: Snapshot): Map<string, Block> {
  const blocks = new Map<string, Block>();
  for (const [path, folder] of placesOf(snapshot)) {
    const first = wordOf(snapshot, folder, row.firstEntry);
    blocks.set(path, {
      path,
      names: namesText(snapshot, folder),
      targets: targetsText(snapshot, folder),
      ...sliceColumns(snapshot, first, wordOf(snapshot, folder, row.entryCount)),
      times: snapshot.times.subarray(folder * timesWidth, (folder + 1) * timesWidth),
      identity: "",
      isRacy: wordOf(snapshot, folder, row.isRacy) !== 0,
      undecided: [],
      hasUnlisted: false,
      message: undefined,
      isChanged: false,
    });
  }
  return blocks;
}

/** Puts what a scan learnt in the place of what was known; only where no text is another. */
export function updateInPlace(snapshot: Snapshot, blocks: readonly Block[]): boolean {
  const places = placesOf(snapshot);
  const isFitting = blocks.every((block) => {
    const folder = places.get(block.path);
    return folder !== undefined && targetsText(snapshot, folder) === block.targets;
  });
  if (!isFitting) return false;
  for (const block of blocks) copyBlock(snapshot, places.get(block.path) ?? 0, block);
  return true;
}

/**
 * A snapshot of the blocks that can be reached from the root through folders; one that only lies below what has become
 * a link is left out.
 */
export function assemble(
  blocks: ReadonlyMap<string, Block>,
  old: Snapshot | undefined,
  { notes, memo }: { readonly notes: string; readonly memo: string },
): Snapshot {
  const reached = reach(blocks);
  const texts = reached.map((block) => [block.path, block.names, block.targets] as const);
  const lengths = texts.map((three) => three.map((text) => Buffer.byteLength(text)));
  const snapshot = makeSnapshot({
    folders: reached.length,
    entries: reached.reduce((sum, block) => sum + block.kinds.length, 0),
    textBytes: lengths.flat().reduce((sum, length) => sum + length, 0),
    notesBytes: Buffer.byteLength(notes),
    memoBytes: Buffer.byteLength(memo),
  });
  snapshot.notes.write(notes);
  snapshot.memo.write(memo);
  const places = old === undefined ? new Map<string, number>() : placesOf(old);
  let entry = 0;
  let text = 0;
  for (const [folder, block] of reached.entries()) {
    const [pathBytes = 0, namesBytes = 0, targetsBytes = 0] = lengths[folder] ?? [];
    setWord(snapshot, folder, row.text, text);
    setWord(snapshot, folder, row.pathBytes, pathBytes);
    setWord(snapshot, folder, row.namesBytes, namesBytes);
    setWord(snapshot, folder, row.targetsBytes, targetsBytes);
    setWord(snapshot, folder, row.firstEntry, entry);
    setWord(snapshot, folder, row.entryCount, block.kinds.length);
    setWord(snapshot, folder, row.isRacy, block.isRacy ? 1 : 0);
    text += snapshot.text.write(block.path + block.names + block.targets, text);
    copyBlock(snapshot, folder, block);
    entry += block.kinds.length;
    const before = places.get(block.path);
    if (old !== undefined && before !== undefined) copyKnown(snapshot, folder, old, before);
  }
  return snapshot;
}

function reach(blocks: ReadonlyMap<string, Block>): readonly Block[] {
  const reached: Block[] = [];
  const waiting = [""];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const block = blocks.get(path);
    if (block === undefined) continue;
    reached.push(block);
    waiting.push(...foldersIn(block).toReversed());
  }
  return reached;
}

/**
 * What nobody may list stands in the tree as one file that cannot be read: a failure for who needs what is in it, and
 * for nobody else.
 */
export function closeFolders(blocks: ReadonlyMap<string, Block>, closed: readonly string[]): void {
  for (const path of closed) {
    const slash = path.lastIndexOf("/");
    const parent = blocks.get(path.slice(0, Math.max(0, slash)));
    const entry = splitNames(parent?.names ?? "").indexOf(path.slice(slash + 1));
    if (parent !== undefined && entry !== -1) parent.kinds[entry] = kind.file;
  }
}

function isFolder(what: number | undefined): boolean {
  return what === kind.folder || what === kind.submodule;
}

/** The paths of the folders of a block that count. */
export function foldersIn(block: Block): readonly string[] {
  if (!block.kinds.some(isFolder)) return [];
  const prefix = block.path === "" ? "" : `${block.path}/`;
  return splitNames(block.names)
    .filter((_, entry) => isFolder(block.kinds[entry]))
    .map((name) => prefix + name);
}

function copyBlock(snapshot: Snapshot, folder: number, block: Block): void {
  const first = wordOf(snapshot, folder, row.firstEntry);
  snapshot.times.set(block.times, folder * timesWidth);
  snapshot.stats.set(block.stats, first * statWidth);
  snapshot.modes.set(block.modes, first);
  snapshot.kinds.set(block.kinds, first);
  snapshot.states.set(block.states, first);
  snapshot.digests.set(block.digests, first * digestBytes);
}

/** The version and the message of a folder hold until it is said that it changed. */
function copyKnown(snapshot: Snapshot, folder: number, old: Snapshot, before: number): void {
  for (const word of [row.versionHigh, row.versionLow, row.merkleBytes, row.hasMerkle]) {
    setWord(snapshot, folder, word, wordOf(old, before, word));
  }
  const known = old.merkle.subarray(before * digestBytes, (before + 1) * digestBytes);
  snapshot.merkle.set(known, folder * digestBytes);
}

/** Keeps the messages that were made of blocks while they were read. */
export function keepMessages(snapshot: Snapshot, blocks: Iterable<Block>): void {
  const places = placesOf(snapshot);
  for (const { path, message } of blocks) {
    const folder = places.get(path);
    if (message === undefined || folder === undefined) continue;
    setWord(snapshot, folder, row.merkleBytes, message.sizeBytes);
    setWord(snapshot, folder, row.hasMerkle, 1);
    snapshot.merkle.set(message.digest, folder * digestBytes);
  }
}

/** Gives the folders that changed, and all above them, a new version; what was known of their messages is forgotten. */
export function renewVersions(snapshot: Snapshot, changed: Iterable<string>): void {
  const paths = new Set<string>();
  for (const path of changed) {
    for (let at = path; !paths.has(at); at = at.slice(0, Math.max(0, at.lastIndexOf("/")))) {
      paths.add(at);
    }
  }
  if (paths.size === 0) return;
  const [high = 0, low = 0] = globalThis.crypto.getRandomValues(new Uint32Array(2));
  for (let folder = 0; folder < snapshot.folderCount; folder += 1) {
    if (!paths.has(pathOf(snapshot, folder))) continue;
    setWord(snapshot, folder, row.versionHigh, high);
    setWord(snapshot, folder, row.versionLow, low);
    setWord(snapshot, folder, row.hasMerkle, 0);
  }
}
