import { assemble, blocksOf } from "./assemble.ts";
import { writeSnapshot } from "./snapshot-file.ts";
import type { Snapshot } from "./snapshot.ts";

/** Writes a snapshot; with `memo` in place of the texts that are kept in it. */
export async function saveSnapshot(
  file: string,
  snapshot: Snapshot,
  memo: string | undefined,
): Promise<void> {
  if (memo === undefined) return writeSnapshot(file, snapshot);
  const notes = snapshot.notes.toString("utf8");
  return writeSnapshot(file, assemble(blocksOf(snapshot), snapshot, { notes, memo }));
}
