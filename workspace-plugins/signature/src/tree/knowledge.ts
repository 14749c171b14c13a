import path from "node:path";
import type { FileDigest } from "../file-digest.ts";
import type { HashedFiles } from "../file-hasher.ts";
import type { RegularFile } from "../listing.ts";
import { keepDigest, knownDigest } from "./entries.ts";
import type { Finder } from "./entries.ts";
import { readingMs } from "./learnt.ts";
import type { Notes } from "./notes.ts";
import type { Snapshot } from "./snapshot.ts";

/** What a process knows of a tree, and adds to it as it is asked. */
export type Knowledge = {
  readonly root: string;
  /** As it was given. */
  readonly folder: string;
  readonly raceMs: number;
  readonly snapshot: Snapshot;
  readonly notes: Notes;
  readonly finder: Finder;
  readonly signal: AbortSignal;
  readonly learnt: { hashed: number; againMs: number };
};

/** The digests of files: known ones, and those of files that are read now and remembered. */
export async function digestUnknown(
  knowledge: Knowledge,
  asked: {
    readonly folder: string;
    readonly files: readonly RegularFile[];
    readonly signal: AbortSignal;
  },
): Promise<HashedFiles> {
  const isOurs = asked.folder === knowledge.folder || path.resolve(asked.folder) === knowledge.root;
  const recall = (at: string): FileDigest | undefined => {
    const entry = isOurs ? knowledge.finder.file(at) : undefined;
    if (entry === undefined) return undefined;
    return knownDigest(knowledge.snapshot, entry, { at, texts: knowledge.notes.texts });
  };
  const digests = new Map<string, FileDigest>();
  const unknown: RegularFile[] = [];
  for (const file of asked.files) {
    const known = recall(file.path);
    if (known === undefined) unknown.push(file);
    else digests.set(file.path, known);
  }
  if (unknown.length === 0) return { digests, failures: new Map() };
  // Loaded here: where everything is known nothing is hashed.
  const { hashAsPays } = await import("../hash-files.ts");
  const hashed = await hashAsPays(asked.folder, unknown, asked.signal);
  knowledge.learnt.hashed += hashed.digests.size;
  if (isOurs) await keep(knowledge, hashed.digests);
  for (const [at, { hasCrlf: _, ...file }] of hashed.digests) digests.set(at, recall(at) ?? file);
  return { digests, failures: hashed.failures };
}

async function keep(knowledge: Knowledge, digests: ReadonlyMap<string, FileDigest>): Promise<void> {
  const { root, raceMs, snapshot, finder, learnt } = knowledge;
  for (const file of digests.values()) {
    const entry = finder.file(file.path);
    if (entry === undefined) continue;
    if (!keepDigest(snapshot, entry, { root, file, raceMs })) continue;
    learnt.againMs += readingMs({ hashed: 1, bytes: file.sizeBytes });
  }
  await settle(knowledge);
}

/** Declared texts among what has been read are signed with LF from now on. */
export async function settle(knowledge: Knowledge): Promise<void> {
  // Loaded here: where nothing was learnt there is nothing to settle.
  const { settleTexts } = await import("./declared-texts.ts");
  const moved = await settleTexts(knowledge);
  if (moved === undefined) return;
  const { renewVersions } = await import("./assemble.ts");
  renewVersions(knowledge.snapshot, moved);
  knowledge.learnt.againMs = Infinity;
}
