import { create } from "@bufbuild/protobuf";
import type { Graph, Workflow } from "@slipway/pipeline-sdk/graph";
import {
  Diagnostic_Level,
  Fragment_Format,
  Fragment_Strategy,
  GenerateResultSchema,
} from "@slipway/pipeline-sdk/protocol";
import type {
  GenerateRequest,
  GenerateResult,
  OutputFile,
  Skipping,
} from "@slipway/pipeline-sdk/protocol";
import { formatYaml } from "@slipway/pipeline-sdk/yaml";
import { overlay } from "./overlay.ts";
import { renderPipeline } from "./pipeline.ts";
import type { Table } from "./plain.ts";
import { problemsOf } from "./problems.ts";
import { decidingStep, isAsking, recordingSteps } from "./skipping.ts";
import { escapedTable } from "./uploaded.ts";

/** A file for each output; of a skipping one two, of which the first uploads the second. */
export function renderBuildkite({ graph, outputs, skipping }: GenerateRequest): GenerateResult {
  if (graph === undefined) return create(GenerateResultSchema, {});
  const diagnostics = problemsOf(graph, outputs, skipping);
  if (diagnostics.some(({ level }) => level === Diagnostic_Level.ERROR)) {
    return create(GenerateResultSchema, { diagnostics: [...diagnostics] });
  }
  const files = outputs.flatMap((output) => filesOf(graph, output, skipping));
  return create(GenerateResultSchema, {
    fragments: files.map(({ path, content }) => ({
      path,
      content: formatYaml(content),
      strategy: Fragment_Strategy.REPLACE,
      format: Fragment_Format.YAML,
    })),
    diagnostics: [...diagnostics],
  });
}

type File = { readonly path: string; readonly content: Table };

function filesOf(
  graph: Graph,
  output: OutputFile,
  skipping: Skipping | undefined,
): readonly File[] {
  const workflows = graph.workflows.filter(({ id }) => output.workflows.includes(id));
  const { path, secondPath } = output;
  const asksAny = workflows.some(({ jobs }) => jobs.some(isAsking));
  if (skipping === undefined || !asksAny) {
    return [{ path, content: renderPipeline(graph, workflows, [], false) }];
  }
  const taken = new Set(graph.workflows.flatMap(({ jobs }) => jobs.map(({ id }) => id)));
  const recording = recordingSteps(workflows, skipping, taken);
  return [
    { path, content: decidingPipeline(workflows, output, skipping) },
    { path: secondPath, content: renderPipeline(graph, workflows, recording, true) },
  ];
}

function decidingPipeline(
  workflows: readonly Workflow[],
  output: OutputFile,
  skipping: Skipping,
): Table {
  const steps = [escapedTable(decidingStep(workflows, output, skipping))];
  return workflows.reduce<Table>((under, { overrides }) => overlay(under, overrides), { steps });
}

export { features } from "./features.ts";
