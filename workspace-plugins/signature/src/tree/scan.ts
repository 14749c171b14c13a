import type { Block } from "./block.ts";
import { checkFolder } from "./check-folder.ts";
import type { ChangedFolder } from "./check-folder.ts";
import type { Looking, Tally } from "./look.ts";
import { pathOf, row, wordOf } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Before, FolderWork } from "./survey-folder.ts";

/** One pass over many folders, of which each thread takes the next until none is left. */
export type Pass = {
  /** `undefined`: every folder that is known from before is compared; else these are read anew. */
  readonly works: readonly FolderWork[] | undefined;
  /** Of those that are compared, the places of the only ones that can have changed. */
  readonly only: readonly number[] | undefined;
  /** The next folder to be taken, and whether to stop. */
  readonly cursor: Int32Array;
};

export type PassResult = {
  /** What is not as it was; in a pass of works each folder that there is. */
  readonly blocks: readonly Block[];
  /** Folders, by path, that may not be read. */
  readonly closed: readonly string[];
  /** Whether it has to be asked again which names count. */
  readonly isRelisted: boolean;
  readonly read: Tally;
};

export function readIn(results: readonly PassResult[]): Tally {
  const read = { hashed: 0, bytes: 0 };
  for (const result of results) {
    read.hashed += result.read.hashed;
    read.bytes += result.read.bytes;
  }
  return read;
}

export const cursorAt = { next: 0, stop: 1, begun: 2 } as const;
export const cursorWords = 3;

/** Takes folders until none is left. `turn` is called every so often, so that another part of the thread gets its turn. */
export async function takeFolders(
  pass: Pass,
  looking: Looking,
  turn: () => Promise<void>,
): Promise<PassResult> {
  const { works, only, cursor } = pass;
  const { old } = looking;
  const blocks: Block[] = [];
  const closed: string[] = [];
  let isRelisted = false;
  const places =
    works === undefined || old === undefined ? new Map<string, number>() : placesOf(old);
  const count = works?.length ?? only?.length ?? old?.folderCount ?? 0;
  // Loaded here: where nothing has changed nothing is read.
  const survey = works === undefined ? undefined : (await import("./survey-folder.ts")).openSurvey;
  const read = survey?.(looking);
  let renew: ((changed: ChangedFolder) => Block) | undefined;
  let entries = 0;
  for (;;) {
    const next = Atomics.add(cursor, cursorAt.next, 1);
    if (next >= count || Atomics.load(cursor, cursorAt.stop) !== 0) break;
    const work = works?.[next];
    const place = only?.[next] ?? next;
    const found =
      work === undefined || read === undefined
        ? check(looking, place)
        : read(work, beforeOf(old, places.get(work.path)));
    if (found === "relist") {
      isRelisted = true;
      // Nothing else that is found now is of use.
      Atomics.store(cursor, cursorAt.stop, 1);
    } else if (found === "closed") closed.push(work?.path ?? "");
    else if (typeof found !== "string" && "others" in found) {
      renew ??= (await import("./renew-folder.ts")).openRenewal(looking);
      blocks.push(renew(found));
    } else if (typeof found !== "string") blocks.push(found);
    entries +=
      typeof found === "string" || "others" in found ? entriesIn(old, place) : found.kinds.length;
    if (entries < entriesBetweenTurns) continue;
    entries = 0;
    await turn();
  }
  return { blocks, closed, isRelisted, read: looking.tally };
}

/** Some 10 ms. */
const entriesBetweenTurns = 4096;

function check(looking: Looking, folder: number): ReturnType<typeof checkFolder> {
  const { old } = looking;
  if (old === undefined) throw new Error("internal: nothing is known to be compared with");
  return checkFolder({ ...looking, old }, folder);
}

function entriesIn(old: Snapshot | undefined, folder: number): number {
  return old === undefined || folder >= old.folderCount ? 1 : wordOf(old, folder, row.entryCount);
}

/** Where each folder is in a snapshot, by its path: nothing moves in one. */
export function placesOf(snapshot: Snapshot): ReadonlyMap<string, number> {
  const known = knownPlaces.get(snapshot);
  if (known !== undefined) return known;
  const places = new Map<string, number>();
  for (let folder = 0; folder < snapshot.folderCount; folder += 1) {
    places.set(pathOf(snapshot, folder), folder);
  }
  knownPlaces.set(snapshot, places);
  return places;
}

const knownPlaces = new WeakMap<Snapshot, ReadonlyMap<string, number>>();

function beforeOf(old: Snapshot | undefined, folder: number | undefined): Before | undefined {
  return old === undefined || folder === undefined ? undefined : { snapshot: old, folder };
}
