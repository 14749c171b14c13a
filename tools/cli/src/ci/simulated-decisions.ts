import path from "node:path";
import { planPipeline } from "@slipway/pipelines/plan";
import type { PlannedRender } from "@slipway/pipelines/render";
import { decideChange } from "@slipway/pipelines/simulate";
import type { ChangeDecision, Scenario } from "@slipway/pipelines/simulate";
import { decideRun } from "@slipway/pipelines/skipping";
import type { Decision, RunEvent } from "@slipway/pipelines/skipping";
import type { Failure } from "@slipway/report";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { readFileSync } from "@slipway/signature/file-system";
import type { PipelinePlace } from "../pipeline-place.ts";
import { runQuestion } from "./run-question.ts";

export type Known = Decision | ChangeDecision;

type Asked = {
  readonly changed: readonly string[] | undefined;
  readonly record: string | undefined;
  readonly signal: AbortSignal;
};

/** Which jobs their signatures leave out; none is, where nothing is said of them. */
export async function decisionsOf(
  place: PipelinePlace,
  { graph }: PlannedRender,
  scenario: Scenario,
  { changed, record, signal }: Asked,
): Promise<Result<ReadonlyMap<string, Known>, Failure>> {
  const none = new Map<string, Known>();
  if (changed === undefined && record === undefined) return ok(none);
  const text = readFileSync(path.join(place.root, place.file), "utf8");
  const planned = planPipeline({ file: place.file, text }, { facts: undefined });
  if (!planned.ok) return planned;
  // Without it no run asks.
  if (planned.value.pipeline.skipping === undefined) return ok(none);
  if (record !== undefined) return decisionsOnRecord(place, graph, scenario, { record, signal });
  const paths = (changed ?? []).flatMap((one) => one.split(",")).filter((one) => one !== "");
  return ok(decideChange(planned.value, place.file, paths, scenario.event));
}

async function decisionsOnRecord(
  place: PipelinePlace,
  { workflows }: PlannedRender["graph"],
  scenario: Scenario,
  { record, signal }: { readonly record: string; readonly signal: AbortSignal },
): Promise<Result<ReadonlyMap<string, Known>, Failure>> {
  const decisions = new Map<string, Known>();
  const { event } = scenario;
  const [first] = workflows;
  if (first === undefined) return ok(decisions);
  const asked = { provider: "github", workflow: first.id, store: record, event, signal } as const;
  const question = await runQuestion(place, asked);
  if (!question.ok) return question;
  for (const { id: workflow } of workflows) {
    const request = { ...question.value, workflow, event: runEventOf(scenario), isForced: false };
    const decided = await decideRun(request);
    if (!decided.ok) return decided;
    const [failure] = decided.value.failures;
    if (failure !== undefined) return fail(failure);
    for (const [id, decision] of decided.value.decisions) decisions.set(id, decision);
  }
  return ok(decisions);
}

/** Whose successes it may believe. */
function runEventOf({ event, branch, tag, baseBranch }: Scenario): RunEvent {
  switch (event) {
    case "pull-request":
      return { event, branch: baseBranch, pullRequest: "1" };
    case "merge-queue":
      return { event, branch: `gh-readonly-queue/${baseBranch}/pr-1`, pullRequest: undefined };
    case "push":
    case "schedule":
    case "manual":
      return { event, branch: tag === undefined ? branch : undefined, pullRequest: undefined };
  }
}
