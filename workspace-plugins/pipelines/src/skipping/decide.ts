import type { Graph, Job, Value, Workflow } from "@slipway/pipeline-sdk/graph";
import { Skip_Mode } from "@slipway/pipeline-sdk/graph";
import type { Digest } from "@slipway/signature";
import { valuesIn } from "../plan/values-in.ts";
import type { RunEvent } from "./run-event.ts";

/** Why a job runs or does not. */
export type Decision =
  | { readonly run: false; readonly reason: "succeeded"; readonly signature: Digest }
  | {
      readonly run: true;
      readonly reason:
        | "never-left-out"
        | "started-on-purpose"
        | "forced"
        | "no-signature"
        | "no-success";
    }
  /** One that runs takes a file or a value from it. */
  | { readonly run: true; readonly reason: "needed"; readonly by: string };

export type Known = {
  readonly event: RunEvent["event"];
  readonly isForced: boolean;
  /** By id of the job; one that could not be made is not there. */
  readonly signatures: ReadonlyMap<string, Digest>;
  readonly succeeded: ReadonlySet<Digest>;
};

/** Of each job of a workflow whether it has to run; in doubt it does. */
export function decideJobs(workflow: Workflow, known: Known): ReadonlyMap<string, Decision> {
  const decisions = new Map(workflow.jobs.map((job) => [job.id, decideJob(job, known)]));
  // What is needed comes before what needs it: backwards, a job that turns out to run finds those that it takes from.
  for (const job of workflow.jobs.toReversed()) {
    if (decisions.get(job.id)?.run !== true) continue;
    for (const maker of takenFrom(job)) {
      if (decisions.get(maker)?.run === false) {
        decisions.set(maker, { run: true, reason: "needed", by: job.id });
      }
    }
  }
  return decisions;
}

function decideJob(job: Job, { event, isForced, signatures, succeeded }: Known): Decision {
  const mode = job.kind.case === "work" ? job.kind.value.skip?.mode : undefined;
  if (mode !== Skip_Mode.AUTO && mode !== Skip_Mode.ASKED) {
    return { run: true, reason: "never-left-out" };
  }
  const isOnPurpose = event === "schedule" || event === "manual";
  if (isOnPurpose && mode !== Skip_Mode.ASKED) return { run: true, reason: "started-on-purpose" };
  if (isForced) return { run: true, reason: "forced" };
  const signature = signatures.get(job.id);
  if (signature === undefined) return { run: true, reason: "no-signature" };
  return succeeded.has(signature)
    ? { run: false, reason: "succeeded", signature }
    : { run: true, reason: "no-success" };
}

/** Ids of the jobs whose files or outputs it takes. */
function takenFrom({ condition, kind }: Job): readonly string[] {
  const work = kind.case === "work" ? kind.value : undefined;
  const steps = work?.steps ?? [];
  const uses = [
    ...(work?.usesArtifacts ?? []),
    ...steps.flatMap((step) => (step.kind.case === "download" ? [step.kind.value] : [])),
  ];
  const variables = [
    ...(work?.env ?? []),
    ...steps.flatMap((step) => step.env),
    ...steps.flatMap((step) => (step.kind.case === "providerStep" ? step.kind.value.with : [])),
  ];
  const values = [
    ...valuesIn(condition),
    ...steps.flatMap((step) => valuesIn(step.condition)),
    ...variables.flatMap(({ value }) => (value === undefined ? [] : [value])),
  ];
  return [...uses.flatMap(({ jobs }) => jobs), ...values.flatMap(makersOf)];
}

function makersOf({ kind }: Value): readonly string[] {
  if (kind.case === "joined") return kind.value.of.flatMap(makersOf);
  return kind.case === "output" ? [kind.value.job] : [];
}

export function workflowOf(graph: Graph, id: string): Workflow | undefined {
  return graph.workflows.find((workflow) => workflow.id === id);
}
