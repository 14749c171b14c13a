import { textOf, textsOf } from "./located.ts";
import type { Located } from "./located.ts";
import { conditionWithoutNeed, noteOfLostNeed } from "./lost-need.ts";
import type { TellNote } from "./note.ts";

export type SourceJobs = {
  /** As the source has them. */
  readonly source: ReadonlyMap<string, Located>;
  /** The jobs that each became. */
  readonly became: ReadonlyMap<string, readonly string[]>;
  readonly tell: TellNote;
};

export type Needs = { readonly ids: readonly string[]; readonly isLost: boolean };

/** In the place of a job that is left out stands what that needed. */
export function needsOf(id: string, job: Located, { source, became, tell }: SourceJobs): Needs {
  const seen = new Set<string>();
  const jobsOf = (need: string): readonly string[] => {
    const ids = became.get(need) ?? [];
    if (ids.length > 0 || seen.has(need)) return ids;
    seen.add(need);
    return textsOf(writtenNeeds(source.get(need))).flatMap(jobsOf);
  };
  const needs = writtenNeeds(job);
  const ids = [...new Set(textsOf(needs).flatMap(jobsOf))];
  for (const need of textsOf(needs)) {
    if (needs === undefined || !seen.has(need)) continue;
    const message = `there is no job ${need} any more that could be needed`;
    tell({ ...needs.at, outcome: "lost", message });
  }
  if (seen.size > 0) tell(noteOfLostNeed(id, job.at));
  return { ids, isLost: seen.size > 0 };
}

function writtenNeeds(job: Located | undefined): Located | undefined {
  return job?.kind === "table" ? job.entries.get("needs") : undefined;
}

/** The condition of a job in the words of `cig.toml`. */
export function conditionOf(own: string | undefined, { isLost }: Needs): string | undefined {
  return isLost ? conditionWithoutNeed(own) : own;
}

/** A condition that is kept for GitHub takes the place of the one in `cig.toml`, so it has to say the same. */
export function keptCondition(written: Located): string {
  const manually = "github.event_name == 'workflow_dispatch'";
  const text = textOf(written) ?? "";
  const inner = /^\s*\$\{\{([^]*)\}\}\s*$/.exec(text)?.[1] ?? text;
  // Brackets in the middle: GitHub takes such a text for true.
  return inner.trim() === "" || inner.includes("${{")
    ? manually
    : `${manually} && (${inner.trim()})`;
}
