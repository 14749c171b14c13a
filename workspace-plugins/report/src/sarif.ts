import { Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";
import { describeFailure } from "./failures.ts";
import type { Failure } from "./failures.ts";

export type Findings = {
  readonly failures: readonly Failure[];
  readonly diagnostics: readonly Diagnostic[];
};

type Finding = {
  readonly rule: string;
  readonly title?: string;
  readonly level: "error" | "warning" | "note";
  readonly message: string;
  readonly hint?: string | undefined;
  readonly place?: Place | undefined;
};

/** `line` and `column` count from 1; 0 where nobody knows. */
type Place = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length?: number;
  readonly path?: string;
};

/** What was found, as SARIF 2.1.0: for editors, and for what GitHub and others show beside the lines of a change. */
export function sarifOf({ failures, diagnostics }: Findings) {
  const findings = [...failures.flatMap(ofFailure), ...diagnostics.map(ofDiagnostic)];
  const rules = [...new Map(findings.map((one) => [one.rule, one])).values()];
  const run = {
    tool: { driver: { name: "slipway", rules: rules.map(descriptorOf) } },
    columnKind: "utf16CodeUnits",
    results: findings.map((one) =>
      resultOf(
        one,
        rules.findIndex(({ rule }) => rule === one.rule),
      ),
    ),
  };
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [run],
  };
}

/** Each problem of a definition by itself. */
function ofFailure(failure: Failure): readonly Finding[] {
  if (failure.reason === "pipeline-invalid") {
    return failure.problems.map(({ message, hint, at, line, column }) => ({
      rule: failure.reason,
      level: "error",
      message,
      hint,
      place: { file: at.file, line, column, length: at.length },
    }));
  }
  const { what, facts, hint, at } = describeFailure(failure);
  const lines = Object.entries(facts).map(([name, value]) => `${name}: ${value}`);
  const place = at === undefined ? undefined : { file: at.file, line: 0, column: 0 };
  const message = [what, ...lines].join("\n");
  return [{ rule: failure.reason, level: "error", message, hint, place }];
}

function ofDiagnostic({ code, level, title, message, fixHint, place }: Diagnostic): Finding {
  return {
    rule: code === "" ? "diagnostic" : code,
    level: levelOf(level),
    ...(title === "" ? {} : { title }),
    message: message === "" ? title : message,
    hint: fixHint === "" ? undefined : fixHint,
    place: place?.file === "" ? undefined : place,
  };
}

function levelOf(level: Diagnostic_Level): Finding["level"] {
  switch (level) {
    case Diagnostic_Level.WARNING:
      return "warning";
    case Diagnostic_Level.INFO:
      return "note";
    case Diagnostic_Level.ERROR:
    case Diagnostic_Level.UNSPECIFIED:
      return "error";
  }
  // Of a newer protocol: nothing that it says is less than an error.
  return "error";
}

function descriptorOf({ rule, title, level }: Finding) {
  return {
    id: rule,
    ...(title === undefined ? {} : { shortDescription: { text: title } }),
    defaultConfiguration: { level },
  };
}

function resultOf({ rule, level, message, hint, place }: Finding, ruleIndex: number) {
  return {
    ruleId: rule,
    ruleIndex,
    level,
    message: { text: hint === undefined ? message : `${message}\n${hint}` },
    ...(place === undefined ? {} : { locations: [locationOf(place)] }),
  };
}

function locationOf({ file, line, column, length = 0, path = "" }: Place) {
  const region = {
    startLine: line,
    ...(column === 0 ? {} : { startColumn: column }),
    ...(column === 0 || length === 0 ? {} : { endColumn: column + length }),
  };
  return {
    physicalLocation: {
      artifactLocation: {
        uri: file.split("/").map(encodeURIComponent).join("/"),
        uriBaseId: "%SRCROOT%",
      },
      ...(line === 0 ? {} : { region }),
    },
    ...(path === "" ? {} : { logicalLocations: [{ fullyQualifiedName: path }] }),
  };
}
