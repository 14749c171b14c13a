import { parseNotes } from "./notes.ts";
import type { Notes } from "./notes.ts";
import { readSnapshot } from "./snapshot-file.ts";
import type { Snapshot } from "./snapshot.ts";
import { hasTexts } from "./texts.ts";

export type Known = { readonly snapshot: Snapshot; readonly notes: Notes };

/** What the cache file has of this folder, and of no other. */
export function readKnown(root: string, cacheFile: string | undefined): Known | undefined {
  const snapshot = cacheFile === undefined ? undefined : readSnapshot(cacheFile);
  return snapshot === undefined ? undefined : withNotes(snapshot, root);
}

/** A snapshot of another folder, with notes that are not ours or without one of its texts, is no snapshot. */
function withNotes(snapshot: Snapshot, root: string): Known | undefined {
  const notes = parseNotes(snapshot.notes.toString("utf8"));
  if (notes === undefined || notes.folder !== root) return undefined;
  return hasTexts(snapshot, notes.texts) ? { snapshot, notes } : undefined;
}
