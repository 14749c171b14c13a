import { create } from "@bufbuild/protobuf";
import type { Graph, Workflow } from "@slipway/pipeline-sdk/graph";
import {
  Diagnostic_Level,
  Fragment_Format,
  Fragment_Strategy,
  GenerateResultSchema,
} from "@slipway/pipeline-sdk/protocol";
import type {
  Diagnostic,
  GenerateRequest,
  GenerateResult,
  OutputFile,
} from "@slipway/pipeline-sdk/protocol";
import { formatYaml } from "@slipway/pipeline-sdk/yaml";
import { checkWorkflow } from "./check-workflow.ts";
import { problem } from "./problems.ts";
import { renderWorkflow } from "./workflow.ts";

/** A file for each workflow; nothing where something cannot be said. */
export function renderGithub({ graph, outputs, skipping }: GenerateRequest): GenerateResult {
  if (graph === undefined) return create(GenerateResultSchema, {});
  const files = outputs.map((output) => ({ output, workflows: workflowsOf(graph, output) }));
  const diagnostics = files.flatMap(({ output, workflows }) => [
    ...oneWorkflow(output, workflows),
    ...workflows.flatMap((workflow) => checkWorkflow(graph, workflow, skipping !== undefined)),
  ]);
  const isRefused = diagnostics.some(({ level }) => level === Diagnostic_Level.ERROR);
  if (isRefused) return create(GenerateResultSchema, { diagnostics });
  const fragments = files.flatMap(({ output, workflows }) =>
    workflows.map((workflow) => ({
      path: output.path,
      content: formatYaml(renderWorkflow(graph, workflow, skipping)),
      strategy: Fragment_Strategy.REPLACE,
      format: Fragment_Format.YAML,
    })),
  );
  return create(GenerateResultSchema, { fragments, diagnostics });
}

function workflowsOf(graph: Graph, { path, workflows }: OutputFile): readonly Workflow[] {
  return workflows.map((id) => {
    const found = graph.workflows.find((one) => one.id === id);
    if (found === undefined) throw new Error(`internal: ${path} is of ${id}, which is no workflow`);
    return found;
  });
}

function oneWorkflow(
  { path }: OutputFile,
  [first, second]: readonly Workflow[],
): readonly Diagnostic[] {
  if (first !== undefined && second === undefined) return [];
  return [
    problem({
      code: "GITHUB_WORKFLOWS",
      title: "a file of GitHub holds one workflow",
      message:
        first === undefined
          ? `${path} has no workflow`
          : `${path} would hold ${first.id} and ${second?.id ?? ""}`,
      fixHint: 'write path = ".github/workflows/{workflow}.yml"',
      place: second?.place,
    }),
  ];
}
