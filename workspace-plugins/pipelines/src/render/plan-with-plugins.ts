import { Plugin as Service } from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic, Repository } from "@slipway/pipeline-sdk/protocol";
import type { Graph } from "@slipway/pipeline-sdk/graph";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { invalidPipeline } from "../definition/parse-pipeline.ts";
import type { Pipeline } from "../definition/pipeline.ts";
import type { PipelinesFailure } from "../failure.ts";
import { settleExchanges } from "../plan/exchanges.ts";
import { expandGraph } from "../plan/expand.ts";
import { resolvePipeline } from "../plan/graph.ts";
import type { PipelineText } from "../plan/plan.ts";
import { pruneGraph } from "../plan/prune.ts";
import type { PlanProblem } from "../plan/scope.ts";
import type { CallLimits } from "../plugins/plugin-process.ts";
import { runHook } from "../plugins/plugins.ts";
import type { StartedPlugin } from "../plugins/start-plugins.ts";
import type { Detection } from "./detect.ts";
import { placeGraph } from "./place-graph.ts";

export type PlannedGraph = { readonly graph: Graph; readonly diagnostics: readonly Diagnostic[] };

type Planned = {
  readonly text: PipelineText;
  readonly pipeline: Pipeline;
  readonly detection: Detection;
  readonly repository: Repository;
};

/** The graph with all that plugins put into it, and with its places. */
export async function planWithPlugins(
  { text, pipeline, detection, repository }: Planned,
  plugins: readonly StartedPlugin[],
  limits: CallLimits,
): Promise<Result<PlannedGraph, readonly PipelinesFailure[]>> {
  const { facts, detected } = detection;
  const { graph, uses, problems: found } = resolvePipeline(pipeline, { facts });
  placeGraph(graph, text.file, text.text);
  const problems: PlanProblem[] = [...found];
  const asked = await runHook(
    plugins,
    Service.method.plan,
    ({ info }) => ({
      graph,
      facts,
      repository,
      capabilities: plugins.flatMap((one) => one.info.capabilities),
      signals: detected.flatMap(({ signals }) => signals),
      uses: uses
        .filter(({ module }) => module === info.name)
        .map(({ number, job, inputs, isPackage, path }) => ({
          number,
          job,
          inputs,
          isPackage,
          place: { path: path.join(".") },
          module: info.name,
          version: info.version,
        })),
    }),
    limits,
  );
  if (asked.failures.length > 0) return fail(asked.failures);
  const tell = (problem: PlanProblem): void => void problems.push(problem);
  const plans = asked.answers.map(({ plugin, answer }) => ({ plugin, result: answer }));
  expandGraph(graph, uses, plans, tell);
  settleExchanges(graph, tell);
  if (problems.length > 0) return fail([invalidPipeline(text.file, text.text, problems)]);
  pruneGraph(graph);
  return ok({ graph, diagnostics: plans.flatMap(({ result }) => result.diagnostics) });
}
