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
import { composeModules } from "../modules/modules.ts";
import type { ModuleManifest } from "../modules/modules.ts";
import { pruneGraph } from "../plan/prune.ts";
import type { PlanProblem } from "../plan/scope.ts";
import type { CallLimits } from "../plugins/plugin-process.ts";
import { runHook } from "../plugins/plugins.ts";
import type { StartedPlugin } from "../plugins/start-plugins.ts";
import type { Detection } from "./detect.ts";
import { askedOf, checkVersions } from "./module-uses.ts";

/** By the name of the module; not of plugins that say nothing of their inputs. */
export type Manifests = ReadonlyMap<string, ModuleManifest>;

export type PlannedGraph = { readonly graph: Graph; readonly diagnostics: readonly Diagnostic[] };

type Planned = {
  readonly text: PipelineText;
  readonly pipeline: Pipeline;
  readonly detection: Detection;
  readonly repository: Repository;
  readonly manifests: Manifests;
};

/** The graph with all that plugins put into it, and with its places. */
export async function planWithPlugins(
  { text, pipeline, detection, repository, manifests }: Planned,
  plugins: readonly StartedPlugin[],
  limits: CallLimits,
): Promise<Result<PlannedGraph, readonly PipelinesFailure[]>> {
  const { facts, detected } = detection;
  const { graph, uses: named, problems: found } = resolvePipeline(pipeline, { facts });
  const problems: PlanProblem[] = [...found];
  const tell = (problem: PlanProblem): void => void problems.push(problem);
  const versions = new Map(plugins.map(({ info }) => [info.name, info.version]));
  const uses = composeModules(graph, named, manifests, tell);
  checkVersions(named, (module) => versions.get(module) ?? manifests.get(module)?.version, tell);
  if (problems.length > 0) return fail([invalidPipeline(text.file, text.text, problems)]);
  const asked = await runHook(
    plugins,
    Service.method.plan,
    ({ info }) => ({
      graph,
      facts,
      repository,
      capabilities: plugins.flatMap((one) => one.info.capabilities),
      signals: detected.flatMap(({ signals }) => signals),
      uses: askedOf(info.name, info.version, uses),
    }),
    limits,
  );
  if (asked.failures.length > 0) return fail(asked.failures);
  const plans = asked.answers.map(({ plugin, answer }) => ({ plugin, result: answer }));
  expandGraph(graph, uses, plans, tell);
  settleExchanges(graph, tell);
  if (problems.length > 0) return fail([invalidPipeline(text.file, text.text, problems)]);
  pruneGraph(graph);
  // What plugins put there has the places of their uses.
  const diagnostics = plans.flatMap(({ result }) => result.diagnostics);
  return ok({ graph, diagnostics });
}
