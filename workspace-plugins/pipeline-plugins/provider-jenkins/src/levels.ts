import type { Job } from "@slipway/pipeline-sdk/graph";

/**
 * Jobs by what they wait for: all of a level run beside each other, and end before the next begins. What waits for no person comes
 * before what does, and of a matrix with a limit only so many are in one level.
 */
export function levelsOf(jobs: readonly Job[]): readonly (readonly Job[])[] {
  const places = new Map<string, Place>();
  for (const job of jobs) places.set(job.id, placeOf(job, jobs, places));
  const byPlace = Map.groupBy(jobs, ({ id }) => keyOf(places.get(id)));
  return [...byPlace].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, level]) => level);
}

type Place = {
  /** How many people are asked before. */
  readonly approvals: number;
  /** Jobs of the same number of approvals before. */
  readonly depth: number;
};

function placeOf(job: Job, jobs: readonly Job[], places: ReadonlyMap<string, Place>): Place {
  const isApproval = job.kind.case === "approval";
  const before = [...job.needs, ...turnsBefore(job, jobs)].flatMap((id) => places.get(id) ?? []);
  const approvals = Math.max(isApproval ? 1 : 0, ...before.map((one) => one.approvals));
  const asked = isApproval && before.some((one) => one.approvals === approvals) ? 1 : 0;
  const depths = before
    .filter((one) => asked === 0 && one.approvals === approvals)
    .map((one) => one.depth + 1);
  return { approvals: approvals + asked, depth: Math.max(0, ...depths) };
}

/** Of a matrix with a limit, those whose turn is before. */
function turnsBefore({ id, base, kind }: Job, jobs: readonly Job[]): readonly string[] {
  const limit = kind.case === "work" ? (kind.value.matrixPolicy?.maxParallel ?? 0) : 0;
  if (limit === 0) return [];
  const all = jobs.filter((one) => one.base === base).map((one) => one.id);
  const turn = Math.floor(all.indexOf(id) / limit);
  return all.slice(0, turn * limit);
}

function keyOf({ approvals, depth }: Place = { approvals: 0, depth: 0 }): string {
  return `${String(approvals).padStart(9, "0")} ${String(depth).padStart(9, "0")}`;
}

/** A job that waits for one that it does not need, since that is of a level before. */
export function waitsInVain(
  levels: readonly (readonly Job[])[],
): { readonly job: Job; readonly for: Job } | undefined {
  for (const [at, level] of levels.entries()) {
    const previous = levels[at - 1] ?? [];
    for (const job of level) {
      const other = previous.find(({ id }) => !job.needs.includes(id));
      if (other !== undefined) return { job, for: other };
    }
  }
  return undefined;
}
