import { ok } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { ProcessesCause, ProcessesFailure } from "../failure.ts";
import { verifyProcess } from "../verify/verify.ts";
import type { ReleaseTask } from "./open-release.ts";
import { releaseOutcome, releasePackages } from "./release.ts";
import type { ReleaseOptions } from "./release.ts";

/** The release of a project as a task: its deploy target is verified, then npm is asked. */
export async function releaseProject(
  task: ReleaseTask,
  options: ReleaseOptions,
): Promise<Result<Outcome<ProcessesCause>, ProcessesFailure>> {
  const released = await releasePackages(task, options, { verify: verifyProcess });
  return released.ok ? ok(releaseOutcome(released.value)) : released;
}
