import { Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type { DiagnosticSchema, ModuleUse } from "@slipway/pipeline-sdk/protocol";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Value } from "@slipway/pipeline-sdk/graph";
import type { Plain } from "./graph.ts";

export type DiagnosticInit = Plain<MessageInitShape<typeof DiagnosticSchema>>;

export type ReadInputs = {
  readonly texts: Readonly<Record<string, string | undefined>>;
  readonly values: Readonly<Record<string, Value | undefined>>;
  readonly problems: readonly DiagnosticInit[];
};

/** `texts` have to be known when the pipeline is rendered, `values` may come from the run. `code` is of the problems. */
export function readInputs(
  use: ModuleUse,
  names: { readonly texts: readonly string[]; readonly values?: readonly string[] },
  code: string,
): ReadInputs {
  const texts: Record<string, string> = {};
  const values: Record<string, Value> = {};
  const problems: DiagnosticInit[] = [];
  const tell = (problem: DiagnosticInit): void => {
    problems.push({ level: Diagnostic_Level.ERROR, code, place: use.place, ...problem });
  };
  for (const [name, value] of Object.entries(use.inputs)) {
    const { kind } = value;
    if (names.values?.includes(name) === true) values[name] = value;
    else if (!names.texts.includes(name)) {
      tell({
        title: "no such input",
        message: `${use.module} has no input ${name}`,
        fixHint: `it has ${[...names.texts, ...(names.values ?? [])].join(", ")}`,
      });
    } else if (kind.case !== "literal") {
      tell({
        title: "input not known yet",
        message: `the input ${name} of ${use.module} is a ${kind.case ?? "value"} that only a run knows`,
        fixHint: "write it as a text, or as a template of variables and matrix",
      });
    } else if (kind.value !== "") texts[name] = kind.value;
  }
  return { texts, values, problems };
}
