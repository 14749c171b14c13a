import { columns } from "./table.ts";

/** How a job stands to its last recorded success. */
export type JobState = "unchanged" | "changed" | "not-recorded";

export type JobRow = {
  readonly id: string;
  /** For people: the first digits. */
  readonly signature: string;
  readonly state: JobState;
  /** What has changed, in words; empty where that is not known. */
  readonly why: string;
};

const words: Readonly<Record<JobState, string>> = {
  unchanged: "unchanged",
  changed: "changed",
  "not-recorded": "no success is on record",
};

/** A line for each job and one for all. */
export function jobTable(rows: readonly JobRow[]): readonly string[] {
  const lines = columns(
    rows.map(({ id, signature, state, why }) => [
      id,
      signature,
      why === "" ? words[state] : `${words[state]}: ${why}`,
    ]),
  );
  return [...lines, jobTotals(rows)];
}

function jobTotals(rows: readonly JobRow[]): string {
  const counts = Map.groupBy(rows, ({ state }) => state);
  const told = (["unchanged", "changed", "not-recorded"] as const).flatMap((state) => {
    const count = counts.get(state)?.length ?? 0;
    if (count === 0) return [];
    return [
      state === "not-recorded" ? `${count} without a success on record` : `${count} ${state}`,
    ];
  });
  return told.length === 0 ? "no jobs" : told.join(", ");
}
