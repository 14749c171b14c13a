import type { Job } from "@slipway/pipeline-sdk/graph";

/** What may run in the place of a job: nothing, where it is left out, and then what it needed is needed still. */
export type NeedsOf = {
  /** The jobs that have to end before, also through those that may be left out. */
  readonly direct: (job: Job) => readonly string[];
  /** All that come before. */
  readonly all: (job: Job) => readonly string[];
};

/**
 * Buildkite forgets about a dependency on a step that is left out, and with it what that step waited for: a failure before it
 * would stop nobody after it.
 */
export function needsOf(jobs: readonly Job[], mayBeLeftOut: (job: Job) => boolean): NeedsOf {
  const byId = new Map(jobs.map((job) => [job.id, job] as const));
  const direct = new Map<string, readonly string[]>();
  const all = new Map<string, readonly string[]>();
  // In topological order: what a job needs is known before it.
  for (const { id, needs } of jobs) {
    direct.set(
      id,
      distinct(
        needs.flatMap((need) => {
          const needed = byId.get(need);
          const through =
            needed !== undefined && mayBeLeftOut(needed) ? (direct.get(need) ?? []) : [];
          return [need, ...through];
        }),
      ),
    );
    all.set(id, distinct(needs.flatMap((need) => [need, ...(all.get(need) ?? [])])));
  }
  return {
    direct: ({ id }) => direct.get(id) ?? [],
    all: ({ id }) => all.get(id) ?? [],
  };
}

function distinct(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)];
}
