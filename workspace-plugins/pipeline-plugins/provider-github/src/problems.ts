import { create } from "@bufbuild/protobuf";
import type { Place } from "@slipway/pipeline-sdk/graph";
import { DiagnosticSchema, Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";

type Words = {
  readonly code: string;
  readonly title: string;
  readonly message: string;
  readonly fixHint: string;
  readonly place: Place | undefined;
};

export function problem(
  { place, ...words }: Words,
  level: Diagnostic_Level = Diagnostic_Level.ERROR,
): Diagnostic {
  return create(DiagnosticSchema, { level, ...words, ...(place === undefined ? {} : { place }) });
}
