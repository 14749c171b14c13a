import { digestAt } from "./block.ts";
import { kind, namesIn, pathOf, row, wordOf } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

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
