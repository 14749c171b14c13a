import path from "node:path";
import type { ListingFailure } from "../failure.ts";
import { trackedByGit } from "../git.ts";
import type { GitListing } from "../git.ts";
import { ok } from "../result.ts";
import type { Result } from "../result.ts";
import { assemble, closeFolders, keepMessages, renewVersions } from "./assemble.ts";
import type { Block } from "./block.ts";
import type { Found, Scan } from "./compare.ts";
import { gitNames } from "./git-names.ts";
import { identityOf, lookAt } from "./look.ts";
import type { Names } from "./names.ts";
import type { Known } from "./known.ts";
import { placesOf, readIn } from "./scan.ts";
import type { Snapshot } from "./snapshot.ts";
import { submodulesIn } from "./submodules.ts";
import { forgetDecided } from "./texts.ts";
import { pathsOfChanged } from "./update.ts";
import { walkedNames } from "./walked-names.ts";

/** A folder that is swapped while it is read is read again, so often. */
const attempts = 3;

/**
 * Asks again which names count and reads every folder; what is known of files that are as they were is kept. `tracked`: what
 * git was asked for already.
 */
export async function relist(
  scan: Scan,
  known: Known | undefined,
  tracked: Promise<GitListing>,
): Promise<Result<Found, ListingFailure>> {
  for (let attempt = 1; ; attempt += 1) {
    const again = attempt === 1 ? tracked : trackedByGit(scan.root, scan.signal);
    const [asked] = await Promise.all([namesOf(scan, again), import("./survey-folder.ts")]);
    if (!asked.ok) return asked;
    const names = asked.value;
    // Empty folders and line ends count otherwise with git than without it.
    const before = known?.notes.scheme === names.scheme ? known : undefined;
    const surveyed = await survey(scan, names, before?.snapshot);
    if (!surveyed.ok) return surveyed;
    const { blocks, hashed } = surveyed.value;
    const swapped = [...blocks.values()].filter(
      (block) => identityOf(lookAt(path.join(scan.root, block.path))) !== block.identity,
    );
    if (swapped.length > 0 && attempt < attempts) continue;
    for (const block of swapped) blocks.delete(block.path);
    const notes = await names.notes();
    const noted = { ...notes, texts: before?.notes.texts ?? {} };
    const snapshot = assemble(blocks, before?.snapshot, {
      notes: JSON.stringify(noted),
      memo: before?.snapshot.memo.toString("utf8") ?? "",
    });
    renewVersions(snapshot, [
      ...pathsOfChanged(blocks.values()),
      ...comeAndGone(before?.snapshot, snapshot),
      ...movedSubmodules(before?.snapshot, snapshot),
    ]);
    keepMessages(snapshot, blocks.values());
    forgetDecided(snapshot);
    return ok({ snapshot, notes: noted, hashed, againMs: Infinity });
  }
}

async function namesOf(
  scan: Scan,
  tracked: Promise<GitListing>,
): Promise<Result<Names, ListingFailure>> {
  const names = await gitNames(scan.root, scan, tracked);
  if (!names.ok) return names;
  return ok(names.value ?? walkedNames(scan.root));
}

const bytesPerName = 10;

type Surveyed = { readonly blocks: Map<string, Block>; readonly hashed: number };

async function survey(
  { crew, signal, ...request }: Scan,
  names: Names,
  old: Snapshot | undefined,
): Promise<Result<Surveyed, ListingFailure>> {
  const blocks = new Map<string, Block>();
  let hashed = 0;
  let works = names.works;
  while (works.length > 0) {
    const count = works.reduce((sum, work) => sum + (work.listed?.length ?? 0), 0) / bytesPerName;
    crew.expect(count, old === undefined ? "read" : "compared");
    const results = await crew.run({ ...request, old, works, only: undefined }, signal);
    const found = results.flatMap((result) => result.blocks);
    hashed += readIn(results).hashed;
    for (const block of found) blocks.set(block.path, block);
    closeFolders(
      blocks,
      results.flatMap((result) => result.closed),
    );
    const next = await names.next(found);
    if (!next.ok) return next;
    works = next.value;
  }
  return ok({ blocks, hashed });
}
/** The folders that one of two snapshots has and the other has not. */
function comeAndGone(old: Snapshot | undefined, snapshot: Snapshot): Iterable<string> {
  const before = new Set(old === undefined ? [] : placesOf(old).keys());
  return before.symmetricDifference(new Set(placesOf(snapshot).keys()));
}

/** Submodules that stand for another commit than before, or did or do so alone. */
function movedSubmodules(old: Snapshot | undefined, snapshot: Snapshot): readonly string[] {
  const before = old === undefined ? new Map<string, string>() : submodulesIn(old);
  const after = submodulesIn(snapshot);
  return [...before.keys(), ...after.keys()].filter((at) => before.get(at) !== after.get(at));
}
