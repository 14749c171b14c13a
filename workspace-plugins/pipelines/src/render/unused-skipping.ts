import { create } from "@bufbuild/protobuf";
import { DiagnosticSchema, Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";
import type { Pipeline } from "../definition/pipeline.ts";

/** Files that leave a job out when they are unmodified do so by its signature alone: without `[skipping]` no run asks for one. */
export function unusedSkipping({ jobs, skipping }: Pipeline): readonly Diagnostic[] {
  if (skipping !== undefined) return [];
  return Object.entries(jobs).flatMap(([id, { skip_if: skipIf }]) =>
    skipIf?.paths_unmodified === undefined
      ? []
      : [
          create(DiagnosticSchema, {
            level: Diagnostic_Level.WARNING,
            code: "SKIPPING_OFF",
            title: "never left out",
            message: `the job ${id} is not left out when its files are unmodified: nothing compares them in a run`,
            fixHint: "add [skipping], which says how a run finds that out",
            place: { path: `jobs.${id}.skip_if` },
          }),
        ],
  );
}
