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

export function error(words: Words): Diagnostic {
  return diagnostic(Diagnostic_Level.ERROR, words);
}

export function diagnostic(level: Diagnostic_Level, { place, ...words }: Words): Diagnostic {
  return create(DiagnosticSchema, { level, ...words, ...(place === undefined ? {} : { place }) });
}
