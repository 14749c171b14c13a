import type { Crew } from "./crew.ts";
import type { Known } from "./known.ts";
import { folderMs, nothingLearnt, readingMs } from "./learnt.ts";
import { placesOf, readIn } from "./scan.ts";
import type { Snapshot } from "./snapshot.ts";
import { isWithin, submodulesIn } from "./submodules.ts";
import type { Scanned } from "./tree-of.ts";

export type Scan = {
  readonly root: string;
  readonly raceMs: number;
  readonly telling: number | undefined;
  readonly hashes: boolean;
  readonly isNoted: boolean;
  readonly crew: Crew;
  readonly signal: AbortSignal;
};

export type Found = Omit<Scanned, "root">;

/** `undefined`: it has to be asked again which names count. */
export async function compare(
  { crew, signal, ...request }: Scan,
  known: Known,
  changed: ReadonlySet<string> | "all",
): Promise<Found | undefined> {
  const old = known.snapshot;
  const only = changed === "all" ? undefined : placesAmong(old, changed);
  const results = await crew.run({ ...request, old, works: undefined, only }, signal);
  if (results.some((result) => result.isRelisted)) return undefined;
  const blocks = results.flatMap((result) => result.blocks);
  // Whether a submodule is as its commit only git can say.
  const submodules = submodulesIn(old);
  if (blocks.some((block) => isWithin(submodules.keys(), block.path))) return undefined;
  if (blocks.length === 0) return { ...known, ...nothingLearnt };
  // Loaded here: most often nothing has changed.
  const { update } = await import("./update.ts");
  const { hashed, bytes } = readIn(results);
  const againMs = blocks.length * folderMs + readingMs({ hashed, bytes });
  return { ...known, snapshot: update(old, blocks), hashed, againMs };
}

/** A folder that is not known lies in one that has changed too. */
function placesAmong(snapshot: Snapshot, changed: ReadonlySet<string>): readonly number[] {
  const places = placesOf(snapshot);
  return [...changed].flatMap((folder) => places.get(folder) ?? []);
}
