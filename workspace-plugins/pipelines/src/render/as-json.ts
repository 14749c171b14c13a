import { toJson } from "@bufbuild/protobuf";
import { GraphSchema } from "@slipway/pipeline-sdk/graph";
import { DiagnosticSchema } from "@slipway/pipeline-sdk/protocol";
import { diffOf } from "../output/output.ts";
import type { PlannedRender } from "./render-workspace.ts";

/** For machines: the messages as protobuf has them in JSON, the files with what would change. */
export function plannedAsJson({ plugins, detected, graph, diagnostics, writes }: PlannedRender) {
  return {
    plugins,
    detected,
    graph: toJson(GraphSchema, graph),
    diagnostics: diagnostics.map((one) => toJson(DiagnosticSchema, one)),
    files: writes?.writes.map((write) => ({
      path: write.path,
      state: write.state,
      diff: diffOf(write),
    })),
  };
}
