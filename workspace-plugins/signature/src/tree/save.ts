import { assemble, blocksOf } from "./assemble.ts";
import { writeSnapshot } from "./snapshot-file.ts";
import type { Snapshot } from "./snapshot.ts";

/** Writes a snapshot with these texts beside its columns; `undefined`: with the memo that it has. */
export async function saveSnapshot(
  file: string,
  snapshot: Snapshot,
  { notes, memo }: { readonly notes: string; readonly memo: string | undefined },
): Promise<void> {
  const isNoted = Buffer.compare(snapshot.notes, Buffer.from(notes)) === 0;
  if (isNoted && memo === undefined) return writeSnapshot(file, snapshot);
  const kept = memo ?? snapshot.memo.toString("utf8");
  return writeSnapshot(file, assemble(blocksOf(snapshot), snapshot, { notes, memo: kept }));
}
