import { fail, ok, shortDigest } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { DeployOptions, Effects } from "../deploy/settle.ts";
import type { ProcessesCause, ProcessesFailure } from "../failure.ts";
import { recordFile } from "../record/environment.ts";
import type { TaskContext } from "../task.ts";
import { verifyEnvironment } from "./verify-environment.ts";
import type { SeenProcess } from "./verify-environment.ts";

/** Reads, and never writes to a network: each live digest is the receipt's, and every declared check passes. */
export async function verifyProcess(
  task: TaskContext,
  options: DeployOptions,
  effects: Effects = {},
): Promise<Result<Outcome<ProcessesCause>, ProcessesFailure>> {
  const seen = await verifyEnvironment(task, options, effects);
  if (!seen.ok) return seen;
  for (const one of seen.value) {
    const failure = failureOf(one, task);
    if (failure !== undefined) return fail(failure);
  }
  return ok(outcomeOf(seen.value));
}

/** For a target that was just deployed what is behind the bundle is a fault too. */
export function failureOf(
  seen: SeenProcess,
  task: Pick<TaskContext, "projectRoot">,
): ProcessesFailure | undefined {
  const { process = "", live = "undeployed", links, changedBy, checks } = seen;
  switch (seen.state) {
    case "never-deployed":
      return { reason: "ao-record-missing", file: fileOf(seen, task) };
    case "unreachable":
      return seen.failure;
    case "gone":
      return { reason: "process-gone", process };
    case "drifted":
    case "unfinished":
    case "behind": {
      const expected = seen.wanted ?? seen.recorded ?? "";
      const apart = links === undefined || expected !== live ? {} : { links };
      return { reason: "live-code-differs", process, expected, live, ...apart, changedBy };
    }
    case "agrees":
      return checks === undefined || checks.failed.length === 0
        ? undefined
        : { reason: "checks-failed", process, checks: checks.failed };
  }
}

function fileOf(seen: SeenProcess, task: Pick<TaskContext, "projectRoot">): string {
  const { projectRoot } = task;
  const { project, deployTarget, isLocal } = seen;
  return recordFile({ projectRoot, project, deployTarget, isLocal });
}

/** One process by its id and code; several by their ids. */
function outcomeOf(seen: readonly SeenProcess[]): Outcome<ProcessesCause> {
  const checks = seen.reduce((sum, one) => sum + (one.checks?.passed ?? 0), 0);
  const [first, ...others] = seen;
  const { process = "", recorded } = first ?? {};
  const code = recorded === undefined ? {} : { code: shortDigest(recorded) };
  const facts =
    others.length === 0
      ? { process, ...code, checks }
      : { ...Object.fromEntries(seen.map((one) => [one.name, one.process ?? ""])), checks };
  return { state: "unchanged", cause: "live-code-and-checks-agree", facts };
}
