import type { Job } from "@slipway/pipeline-sdk/graph";

export type JobsBefore = {
  /** Ids of the jobs before each job that it names beside its needs. */
  readonly named: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether that is all of them. */
  readonly isWhole: boolean;
};

/** GitHub reads files of about a megabyte. */
const mostNames = 20_000;

/**
 * Who has to be named to be seen to have been cancelled behind a job that was left out: all before. Where these would be too many, those
 * that the file itself lets end so, by a time limit or a group; the limit of GitHub itself, six hours, is then not looked for.
 */
export function jobsBefore(jobs: readonly Job[]): JobsBefore {
  const all = namesBefore(jobs, () => true);
  const count = [...all.values()].reduce((sum, { size }) => sum + size, 0);
  if (count <= mostNames) return { named: all, isWhole: true };
  return { named: namesBefore(jobs, mayBeCancelled), isWhole: false };
}

function namesBefore(
  jobs: readonly Job[],
  counts: (job: Job) => boolean,
): ReadonlyMap<string, ReadonlySet<string>> {
  const counted = new Set(jobs.filter(counts).map(({ id }) => id));
  const found = new Map<string, ReadonlySet<string>>();
  for (const { id, needs } of jobs) {
    const names = new Set<string>();
    for (const need of needs) {
      if (counted.has(need)) names.add(need);
      for (const one of found.get(need) ?? []) names.add(one);
    }
    found.set(id, names);
  }
  return found;
}

function mayBeCancelled({ kind }: Job): boolean {
  if (kind.case !== "work") return false;
  return kind.value.timeoutMinutes > 0 || kind.value.concurrency !== undefined;
}
