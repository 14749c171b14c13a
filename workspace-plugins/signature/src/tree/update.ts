import { assemble, blocksOf, keepMessages, renewVersions, updateInPlace } from "./assemble.ts";
import type { Block } from "./block.ts";
import type { Snapshot } from "./snapshot.ts";

/** What is known with these folders as they are now. */
export function update(snapshot: Snapshot, blocks: readonly Block[]): Snapshot {
  const updated = updateInPlace(snapshot, blocks) ? snapshot : replace(snapshot, blocks);
  renewVersions(updated, pathsOfChanged(blocks));
  keepMessages(updated, blocks);
  return updated;
}

function replace(snapshot: Snapshot, blocks: readonly Block[]): Snapshot {
  const all = blocksOf(snapshot);
  for (const block of blocks) all.set(block.path, block);
  return assemble(all, snapshot, {
    notes: snapshot.notes.toString("utf8"),
    memo: snapshot.memo.toString("utf8"),
  });
}

export function pathsOfChanged(blocks: Iterable<Block>): readonly string[] {
  return [...blocks].filter((block) => block.isChanged).map((block) => block.path);
}
