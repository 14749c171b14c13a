import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { invalidPipeline, parsePipeline } from "../definition/parse-pipeline.ts";
import type { Pipeline } from "../definition/pipeline.ts";
import type { PipelinesFailure } from "../failure.ts";
import { settleExchanges } from "./exchanges.ts";
import { resolvePipeline } from "./graph.ts";
import type { Known, ResolvedPipeline } from "./graph.ts";

export type PipelineText = {
  /** Of the `cig.toml`, relative to the workspace. */
  readonly file: string;
  readonly text: string;
};

export type PlannedPipeline = {
  readonly pipeline: Pipeline;
  readonly resolved: ResolvedPipeline;
};

/** From the text of a `cig.toml` to the graph of its jobs, without plugins; all problems at once, with their places. */
export function planPipeline(
  { file, text }: PipelineText,
  known: Known,
): Result<PlannedPipeline, PipelinesFailure> {
  const parsed = parsePipeline(file, text);
  if (!parsed.ok) return parsed;
  const { graph, uses, problems: found } = resolvePipeline(parsed.value, known);
  const problems = [...found];
  settleExchanges(graph, (problem) => void problems.push(problem));
  const resolved = { graph, uses, problems };
  return resolved.problems.length === 0
    ? ok({ pipeline: parsed.value, resolved })
    : fail(invalidPipeline(file, text, resolved.problems));
}
