import type { Graph, Workflow } from "@slipway/pipeline-sdk/graph";
import { fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { PipelinesFailure } from "../failure.ts";
import { planPipeline } from "../plan/plan.ts";
import type { PipelineText } from "../plan/plan.ts";
import type { Use } from "../plan/steps.ts";
import { decideJobs, isSkippable, workflowOf } from "./decide.ts";
import type { Decision } from "./decide.ts";
import { leaveOutOfCircleci } from "./edit-circleci.ts";
import { skipInBuildkite } from "./edit-buildkite.ts";
import { namespaceOf, trustedNamespace } from "./run-event.ts";
import type { RunEvent, RunProvider } from "./run-event.ts";
import type { StoreFailure, SuccessStore } from "./success-record.ts";

export type RunQuestion = {
  readonly text: PipelineText;
  readonly workflow: string;
  readonly event: RunEvent;
  readonly isForced: boolean;
  /** By `project:job`. */
  readonly signatures: ReadonlyMap<string, Digest>;
  readonly store: SuccessStore;
};

export type RunDecisions = {
  readonly decisions: ReadonlyMap<string, Decision>;
  /** Of the store: what it could not tell was taken for no success. */
  readonly failures: readonly StoreFailure[];
};

type PlannedWorkflow = {
  readonly project: string;
  readonly workflow: Workflow;
  readonly protectedBranches: readonly string[];
  readonly uses: readonly Use[];
};

/** Which jobs of a workflow have to run in this run. */
export async function decideRun({
  text,
  workflow: id,
  event,
  isForced,
  signatures: all,
  store,
}: RunQuestion): Promise<Result<RunDecisions, PipelinesFailure>> {
  const planned = planWorkflow(text, id);
  if (!planned.ok) return planned;
  const { project, workflow, protectedBranches, uses } = planned.value;
  const signatures = signaturesOf(project, workflow, all);
  const own = namespaceOf(event, protectedBranches);
  const namespaces = [...new Set([trustedNamespace, ...(own === undefined ? [] : [own])])];
  const asked = await Promise.all(
    [...new Set(signatures.values())].map(async (signature) => {
      const results = await Promise.all(namespaces.map(async (one) => store.has(one, signature)));
      return { signature, results };
    }),
  );
  const succeeded = asked
    .filter(({ results }) => results.some((result) => result.ok && result.value))
    .map(({ signature }) => signature);
  const known = {
    event: event.event,
    isForced,
    signatures,
    succeeded: new Set(succeeded),
    uses,
  };
  const failures = asked.flatMap(({ results }) =>
    results.flatMap((result) => (result.ok ? [] : [result.failure])),
  );
  return ok({ decisions: decideJobs(workflow, known), failures });
}

/** Puts the successes of these jobs on record, where this run may write. A job that is never left out needs none. */
export async function recordSuccesses(
  { text, workflow: id, event, signatures: all, store }: Omit<RunQuestion, "isForced">,
  succeeded: readonly string[],
): Promise<Result<readonly string[], PipelinesFailure | StoreFailure>> {
  const planned = planWorkflow(text, id);
  if (!planned.ok) return planned;
  const { project, workflow, protectedBranches } = planned.value;
  const signatures = signaturesOf(project, workflow, all);
  const namespace = namespaceOf(event, protectedBranches);
  if (namespace === undefined) return ok([]);
  const recorded: string[] = [];
  const skippable = new Set(workflow.jobs.filter(isSkippable).map((job) => job.id));
  for (const job of succeeded) {
    const signature = signatures.get(job);
    // What is never left out is not on record either: it may be another time, when the file says so.
    if (signature === undefined || !skippable.has(job)) continue;
    const written = await store.record(namespace, signature, job);
    if (!written.ok) return written;
    recorded.push(job);
  }
  return ok(recorded);
}

function planWorkflow(text: PipelineText, id: string): Result<PlannedWorkflow, PipelinesFailure> {
  const planned = planPipeline(text, { facts: undefined });
  if (!planned.ok) return planned;
  const { pipeline, resolved } = planned.value;
  const workflow = workflowOf(resolved.graph, id);
  if (workflow === undefined) {
    return fail({ reason: "workflow-unknown", workflow: id, known: idsOf(resolved.graph) });
  }
  const protectedBranches = pipeline.skipping?.protected_branches ?? usualProtectedBranches;
  const { uses } = resolved;
  return ok({ project: pipeline.project.name, workflow, protectedBranches, uses });
}

const usualProtectedBranches = ["main", "master"];

function idsOf({ workflows }: Graph): readonly string[] {
  return workflows.map(({ id }) => id);
}

function signaturesOf(
  project: string,
  { jobs }: Workflow,
  signatures: ReadonlyMap<string, Digest>,
): ReadonlyMap<string, Digest> {
  return new Map(
    jobs.flatMap(({ id }) => {
      const signature = signatures.get(`${project}:${id}`);
      return signature === undefined ? [] : [[id, signature]];
    }),
  );
}

/** What a run of the provider reads: a line for each job, or its configuration without what need not run. */
export function answerFor(
  provider: RunProvider,
  decisions: RunDecisions["decisions"],
  { workflow, rendered }: { readonly workflow: string; readonly rendered: string },
): string {
  const skipped = [...decisions].flatMap(([id, decision]) =>
    decision.run ? [] : [[id, decision.signature] as const],
  );
  switch (provider) {
    case "github":
    case "jenkins":
      return [...decisions].map(([id, { run }]) => `${id}=${run}\n`).join("");
    case "circleci":
      return leaveOutOfCircleci(rendered, workflow, new Set(skipped.map(([id]) => id)));
    case "buildkite":
      return skipInBuildkite(
        rendered,
        new Map(skipped.map(([id, signature]) => [id, `unchanged: ${signature}`])),
      );
  }
}
