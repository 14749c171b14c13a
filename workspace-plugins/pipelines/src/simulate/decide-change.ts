import path from "node:path/posix";
import { digestOf } from "@slipway/signature/basics";
import { pathMatcher } from "@slipway/signature";
import type { TargetDefinition } from "@slipway/signature";
import { lockFileOf } from "../modules/lock-file.ts";
import { jobDefinitions } from "../job-definitions.ts";
import type { PlannedPipeline } from "../plan/plan.ts";
import { decideJobs } from "../skipping/decide.ts";
import type { Decision } from "../skipping/decide.ts";
import type { EventName } from "./scenario.ts";

/** What a change of files makes of a job, where all had succeeded before. */
export type ChangeDecision =
  | Exclude<Decision, { readonly reason: "succeeded" | "no-success" }>
  | { readonly run: false; readonly reason: "untouched" }
  | { readonly run: true; readonly reason: "touched" };

/**
 * Which jobs a run would leave out, if all had succeeded before these files changed: one that reads none of them, and needs none that
 * does. A change of the pipeline itself is one of all its jobs, and one of its lock is one of those that use modules. Paths are relative to the workspace.
 */
export function decideChange(
  planned: PlannedPipeline,
  file: string,
  changed: readonly string[],
  event: EventName,
): ReadonlyMap<string, ChangeDecision> {
  const definitions = jobDefinitions(planned, path.dirname(file), undefined);
  const project = planned.pipeline.project.name;
  const concerned = changed.includes(file)
    ? definitions.map(({ id }) => id)
    : changed.includes(lockFileOf(file))
      ? planned.resolved.uses.map(({ job }) => `${project}:${job}`)
      : [];
  const touched = touchedBy(definitions, changed, new Set(concerned));
  const decisions = planned.resolved.graph.workflows.flatMap((workflow) => {
    const ids = workflow.jobs.map(({ id }) => id);
    const untouched = ids.filter((id) => !touched.has(`${project}:${id}`));
    return [
      ...decideJobs(workflow, {
        event,
        isForced: false,
        signatures: new Map(ids.map((id) => [id, digestOf(id)])),
        succeeded: new Set(untouched.map((id) => digestOf(id))),
        uses: planned.resolved.uses,
      }),
    ];
  });
  return new Map(decisions.map(([id, decision]) => [id, asOfChange(decision)]));
}

function asOfChange(decision: Decision): ChangeDecision {
  switch (decision.reason) {
    case "succeeded":
      return { run: false, reason: "untouched" };
    case "no-success":
      return { run: true, reason: "touched" };
    case "never-left-out":
    case "started-on-purpose":
    case "forced":
    case "no-signature":
    case "asks-the-run":
    case "needed":
      return decision;
  }
}

/** Upstreams come first. */
function touchedBy(
  definitions: readonly TargetDefinition[],
  changed: readonly string[],
  concerned: ReadonlySet<string>,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { id, inputs, upstreams } of definitions) {
    const reads = inputs.filesets.map(({ patterns }) => pathMatcher(patterns));
    const isTouched =
      concerned.has(id) ||
      upstreams.some((upstream) => found.has(upstream)) ||
      changed.some((file) => reads.some((matches) => matches(file)));
    if (isTouched) found.add(id);
  }
  return found;
}
