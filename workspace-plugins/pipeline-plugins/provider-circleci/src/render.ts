import { create } from "@bufbuild/protobuf";
import type { Workflow } from "@slipway/pipeline-sdk/graph";
import {
  Diagnostic_Level,
  Fragment_Format,
  Fragment_Strategy,
  GenerateResultSchema,
} from "@slipway/pipeline-sdk/protocol";
import type { GenerateRequest, GenerateResult, OutputFile } from "@slipway/pipeline-sdk/protocol";
import { formatYaml } from "@slipway/pipeline-sdk/yaml";
import { renderConfig } from "./config.ts";
import { checkKnown } from "./known.ts";
import type { Table } from "./plain.ts";
import { problemsOf } from "./problems.ts";
import { isSkippable, renderSetup } from "./setup.ts";

/** The files of a pipeline for CircleCI. */
export function renderCircleci({ graph, outputs, skipping }: GenerateRequest): GenerateResult {
  if (graph === undefined) throw new Error("there is no graph to render");
  checkKnown(graph);
  const files = outputs.map((file) => ({
    file,
    workflows: graph.workflows.filter(({ id }) => file.workflows.includes(id)),
  }));
  const diagnostics = files.flatMap(({ file, workflows }) =>
    problemsOf(graph, workflows, skipping !== undefined && isSplit(file, workflows)),
  );
  if (diagnostics.some(({ level }) => level === Diagnostic_Level.ERROR)) {
    return create(GenerateResultSchema, { diagnostics });
  }
  return create(GenerateResultSchema, {
    fragments: files.flatMap(({ file, workflows }) => {
      if (skipping === undefined || !isSplit(file, workflows)) {
        return [fragment(file.path, renderConfig(graph, workflows, undefined))];
      }
      return [
        fragment(file.path, renderSetup(file, workflows, skipping)),
        fragment(file.secondPath, renderConfig(graph, workflows, skipping)),
      ];
    }),
    diagnostics,
  });
}

/** Whether some job may be left out, and there is a place for what the first file goes on with. */
function isSplit({ secondPath }: OutputFile, workflows: readonly Workflow[]): boolean {
  return secondPath !== "" && workflows.some(({ jobs }) => jobs.some(isSkippable));
}

function fragment(path: string, content: Table) {
  return {
    path,
    content: formatYaml(content),
    strategy: Fragment_Strategy.REPLACE,
    format: Fragment_Format.YAML,
  };
}
