import type { Job, Workflow } from "@slipway/pipeline-sdk/graph";
import { askedIn, conditionText } from "./condition-text.ts";
import { holds } from "./condition.ts";
import type { Fate } from "./fates.ts";
import type { Scenario } from "./scenario.ts";
import { whyNotStarted } from "./triggers.ts";

/** What a simulation takes for true beside the event. */
export type Assumed = {
  /** Ids of jobs that their signature leaves out, where nothing else does. */
  readonly unchanged: ReadonlySet<string>;
  /** Ids of jobs that fail, if they run. */
  readonly failing: ReadonlySet<string>;
};

/** What becomes of each job of a workflow, by id, as the graph means it: all that run end well, but those that are to fail. */
export function runWorkflow(
  workflow: Workflow,
  scenario: Scenario,
  assumed: Assumed,
): ReadonlyMap<string, Fate> {
  const why = whyNotStarted(workflow.triggers, scenario);
  if (why !== undefined) {
    const fate: Fate = { verdict: "skip", because: "not-started", why };
    return new Map(workflow.jobs.map(({ id }) => [id, fate]));
  }
  const fates = new Map<string, Fate>();
  const failedBefore = new Map<string, ReadonlySet<string>>();
  for (const job of workflow.jobs) {
    const failed = new Set(
      job.needs.flatMap((need) => [
        ...(failedBefore.get(need) ?? []),
        ...(isFailed(need, workflow, fates, assumed) ? [need] : []),
      ]),
    );
    failedBefore.set(job.id, failed);
    fates.set(job.id, fateOf(job, scenario, failed, assumed));
  }
  return fates;
}

function isFailed(
  id: string,
  { jobs }: Workflow,
  fates: ReadonlyMap<string, Fate>,
  { failing }: Assumed,
): boolean {
  const kind = jobs.find((job) => job.id === id)?.kind;
  const mayFail = kind?.case === "work" && kind.value.mayFail;
  return failing.has(id) && !mayFail && fates.get(id)?.verdict !== "skip";
}

function fateOf(
  job: Job,
  scenario: Scenario,
  failed: ReadonlySet<string>,
  { unchanged }: Assumed,
): Fate {
  const before = { hasFailed: failed.size > 0, wasCancelled: false, isEnding: false };
  const world = { scenario, before, env: {}, steps: {} };
  const { condition } = job;
  const runs = holds(condition, world);
  const told = { condition: "", asked: [] };
  const words =
    condition === undefined
      ? told
      : { condition: conditionText(condition), asked: askedIn(condition, world) };
  if (runs === undefined) return { verdict: "depends", ...words };
  if (!runs) {
    const isForEnds = holds(condition, { ...world, before: { ...before, hasFailed: false } });
    return isForEnds === false
      ? { verdict: "skip", because: "condition", ...words }
      : { verdict: "skip", because: "ended-before", failed: [...failed] };
  }
  if (unchanged.has(job.id)) return { verdict: "skip", because: "unchanged" };
  if (job.kind.case === "approval") return { verdict: "waits" };
  return { verdict: "run", because: failed.size > 0 ? "asks-for-ends" : "nothing-against" };
}
