import { create } from "@bufbuild/protobuf";
import type { Place } from "@slipway/pipeline-sdk/graph";
import { DiagnosticSchema, Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";

export type Words = {
  readonly code: string;
  readonly title: string;
  readonly message: string;
  readonly fixHint: string;
};

/** Of a key that is to be called. */
export function nameProblem(name: string): Words {
  return {
    code: "JENKINS_KEY",
    title: "no name of a call",
    message: `${name} cannot be called`,
    fixHint: "write the name as a pipeline has it: letters, digits and _",
  };
}

export function refusal(words: Words, place: Place | undefined): Diagnostic {
  return diagnostic(Diagnostic_Level.ERROR, words, place);
}

export function warning(words: Words, place: Place | undefined): Diagnostic {
  return diagnostic(Diagnostic_Level.WARNING, words, place);
}

export function remark(words: Words, place: Place | undefined): Diagnostic {
  return diagnostic(Diagnostic_Level.INFO, words, place);
}

function diagnostic(level: Diagnostic_Level, words: Words, place: Place | undefined): Diagnostic {
  return create(DiagnosticSchema, { level, ...words, ...(place === undefined ? {} : { place }) });
}
