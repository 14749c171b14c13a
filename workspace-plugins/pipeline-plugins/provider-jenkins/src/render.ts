import { create } from "@bufbuild/protobuf";
import {
  Diagnostic_Level,
  Fragment_Format,
  Fragment_Strategy,
  GenerateResultSchema,
} from "@slipway/pipeline-sdk/protocol";
import type { GenerateRequest, GenerateResult } from "@slipway/pipeline-sdk/protocol";
import { problemsOf } from "./problems.ts";
import { renderWorkflow } from "./workflow.ts";

/** A Jenkinsfile for each output. */
export function renderJenkins({ graph, outputs, skipping }: GenerateRequest): GenerateResult {
  if (graph === undefined) return create(GenerateResultSchema, {});
  const diagnostics = [...problemsOf(graph, outputs)];
  if (diagnostics.some(({ level }) => level === Diagnostic_Level.ERROR)) {
    return create(GenerateResultSchema, { diagnostics });
  }
  return create(GenerateResultSchema, {
    fragments: outputs.flatMap(({ path, workflows: [id] }) =>
      graph.workflows
        .filter((workflow) => workflow.id === id)
        .map((workflow) => ({
          path,
          content: renderWorkflow(graph, workflow, skipping),
          strategy: Fragment_Strategy.REPLACE,
          format: Fragment_Format.GROOVY,
        })),
    ),
    diagnostics,
  });
}
