import path from "node:path";
import { foldersOf, hostSources, ok, saltVariable, signTargets } from "@slipway/signature";
import type { Result, SignedTargets, TargetDefinition, Tree } from "@slipway/signature";
import type { PipelinesFailure } from "./failure.ts";
import { jobDefinitions } from "./job-definitions.ts";
import { parseLock } from "./modules/lock.ts";
import { lockFileOf } from "./modules/lock-file.ts";
import { planPipeline } from "./plan/plan.ts";
import type { PipelineText } from "./plan/plan.ts";

export type LockedText = PipelineText & {
  /** The text of the `cig.lock` beside it. */
  readonly lock: string | undefined;
};

export type JobSources = {
  readonly tree: Tree;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** What the signatures of all jobs of a pipeline depend on beside its text. */
export type JobReads = {
  /** Each with everything below it. */
  readonly folders: readonly string[];
  /** Names of variables. */
  readonly env: readonly string[];
};

export type SignedJobs = {
  /** By `project:job`, with one for each instance of a job with a matrix. */
  readonly targets: SignedTargets;
  readonly reads: JobReads;
};

/** The work signature of each job, with its action. */
export async function signJobs(
  text: LockedText,
  { tree, environment }: JobSources,
  signal: AbortSignal,
): Promise<Result<SignedJobs, PipelinesFailure>> {
  const planned = planPipeline(text, { facts: undefined });
  if (!planned.ok) return planned;
  const lock =
    text.lock === undefined ? ok(undefined) : parseLock(lockFileOf(text.file), text.lock);
  if (!lock.ok) return lock;
  const definitions = jobDefinitions(planned.value, path.posix.dirname(text.file), lock.value);
  const sources = {
    tree,
    environment,
    lockedTools: () => undefined,
    ...hostSources(tree.folder, environment),
    salt: environment[saltVariable] ?? "",
  };
  const targets = await signTargets(definitions, sources, signal);
  return ok({ targets, reads: readsOf(definitions) });
}

function readsOf(definitions: readonly TargetDefinition[]): JobReads {
  const filesets = definitions.flatMap(({ inputs }) => inputs.filesets);
  const folders = new Set(filesets.flatMap(foldersOf));
  return {
    folders: folders.has("") ? [""] : [...folders].toSorted(),
    env: [...new Set(definitions.flatMap(({ inputs }) => inputs.env))].toSorted(),
  };
}
