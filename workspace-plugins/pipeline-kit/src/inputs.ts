import { Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type { DiagnosticSchema, ModuleUse } from "@slipway/pipeline-sdk/protocol";
import type { MessageInitShape } from "@bufbuild/protobuf";

export type DiagnosticInit = Exclude<
  MessageInitShape<typeof DiagnosticSchema>,
  { readonly $typeName: string }
>;

export type ReadInputs = {
  readonly texts: Readonly<Record<string, string | undefined>>;
  readonly problems: readonly DiagnosticInit[];
};

/** Inputs that have to be known when the pipeline is rendered. `code` is of the problems. */
export function readInputs(use: ModuleUse, names: readonly string[], code: string): ReadInputs {
  const texts: Record<string, string> = {};
  const problems: DiagnosticInit[] = [];
  const tell = (problem: DiagnosticInit): void => {
    problems.push({ level: Diagnostic_Level.ERROR, code, place: use.place, ...problem });
  };
  for (const [name, { kind }] of Object.entries(use.inputs)) {
    if (!names.includes(name)) {
      tell({
        title: "no such input",
        message: `${use.module} has no input ${name}`,
        fixHint: `it has ${names.join(", ")}`,
      });
    } else if (kind.case !== "literal") {
      tell({
        title: "input not known yet",
        message: `the input ${name} of ${use.module} is a ${kind.case ?? "value"} that only a run knows`,
        fixHint: "write it as a text, or as a template of variables and matrix",
      });
    } else if (kind.value !== "") texts[name] = kind.value;
  }
  return { texts, problems };
}
