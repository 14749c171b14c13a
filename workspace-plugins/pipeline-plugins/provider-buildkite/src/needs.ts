import type { Job } from "@slipway/pipeline-sdk/graph";

export type NeedsOf = {
  /** The jobs that have to end before, also through those that may be left out while it is not. */
  readonly through: (job: Job, mayBeLeftOut: (needed: Job) => boolean) => readonly string[];
  /** All that come before. */
  readonly all: (job: Job) => readonly string[];
};

/**
 * Buildkite forgets about a dependency on a step that is left out, and with it what that step waited for: a failure before it
 * would stop nobody after it.
 */
export function needsOf(jobs: readonly Job[]): NeedsOf {
  const byId = new Map(jobs.map((job) => [job.id, job] as const));
  const through: NeedsOf["through"] = (job, mayBeLeftOut) => {
    const found = new Set<string>();
    const follow = ({ needs }: Job): void => {
      for (const need of needs) {
        if (found.has(need)) continue;
        found.add(need);
        const needed = byId.get(need);
        if (needed !== undefined && mayBeLeftOut(needed)) follow(needed);
      }
    };
    follow(job);
    return [...found];
  };
  return { through, all: (job) => through(job, () => true) };
}
