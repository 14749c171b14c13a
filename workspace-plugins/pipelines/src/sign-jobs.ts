import path from "node:path";
import { ok, saltVariable, signTargets } from "@slipway/signature";
import type { Result, SignedTargets, Tree } from "@slipway/signature";
import type { PipelinesFailure } from "./failure.ts";
import { jobDefinitions } from "./job-definitions.ts";
import { parsePipeline } from "./parse-pipeline.ts";

export type PipelineText = {
  /** Of the `cig.toml`, relative to the tree. */
  readonly file: string;
  readonly text: string;
};

/** The work signature of each job, and of each instance of one with a matrix, by `project:job`. */
export async function signJobs(
  { file, text }: PipelineText,
  from: {
    readonly tree: Tree;
    readonly environment: Readonly<Record<string, string | undefined>>;
  },
  signal: AbortSignal,
): Promise<Result<SignedTargets, PipelinesFailure>> {
  const pipeline = parsePipeline(file, text);
  if (!pipeline.ok) return pipeline;
  const { tree, environment } = from;
  const sources = {
    tree,
    environment,
    lockedTools: () => undefined,
    salt: environment[saltVariable] ?? "",
  };
  const definitions = jobDefinitions(pipeline.value, path.posix.dirname(file));
  return ok(await signTargets(definitions, sources, signal));
}
