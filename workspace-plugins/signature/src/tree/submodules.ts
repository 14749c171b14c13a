import { constants } from "node:fs";
import { cleanCommit } from "../git.ts";
import { writeSha256 } from "../digest.ts";
import type { Block } from "./block.ts";
import { digestAt } from "./block.ts";
import { digestBytes, kind, namesIn, pathOf, row, state, statWidth, wordOf } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * Writes a submodule into the block of the folder that it lies in. Where nothing in its checkout differs from the commit
 * that is checked out it is one ingredient, a file with the text that git itself compares; else its files count, and
 * `false` is returned.
 */
export async function recordSubmodule(
  block: Block,
  entry: number,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<boolean> {
  const commit = await cleanCommit(folder, signal);
  if (commit === undefined) return false;
  const text = Buffer.from(`Subproject commit ${commit}\n`);
  block.kinds[entry] = kind.submodule;
  block.modes[entry] = constants.S_IFDIR;
  block.states[entry] = state.known;
  block.stats[entry * statWidth + 2] = text.byteLength;
  writeSha256(text, block.digests, entry * digestBytes);
  return true;
}

/** The submodules that stand for their commits, by path, with the digest of that. */
export function submodulesIn(snapshot: Snapshot): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (!snapshot.kinds.includes(kind.submodule)) return found;
  for (let folder = 0; folder < snapshot.folderCount; folder += 1) {
    const first = wordOf(snapshot, folder, row.firstEntry);
    const kinds = snapshot.kinds.subarray(first, first + wordOf(snapshot, folder, row.entryCount));
    if (!kinds.includes(kind.submodule)) continue;
    const path = pathOf(snapshot, folder);
    const prefix = path === "" ? "" : `${path}/`;
    for (const [entry, name] of namesIn(snapshot, folder).entries()) {
      if (kinds[entry] !== kind.submodule) continue;
      found.set(prefix + name, Buffer.from(digestAt(snapshot, first + entry)).toString("hex"));
    }
  }
  return found;
}

/** Whether a folder is one of these or lies in one. */
export function isWithin(folders: Iterable<string>, path: string): boolean {
  for (const folder of folders) {
    if (path === folder || path.startsWith(`${folder}/`)) return true;
  }
  return false;
}
