import type { Imported, Validation, ValidationFinding } from "@slipway/packages";
import { printable } from "./printable.ts";

/** Errors, then warnings, a line each, and what follows from them. */
export function validationLines({
  package: of,
  valid,
  errors,
  warnings,
}: Validation): readonly string[] {
  const lines = [
    ...errors.map((finding) => `✗ ${findingText(finding)}`),
    ...warnings.map((finding) => `! ${findingText(finding)}`),
  ];
  const name = `${of.name} ${of.version}`;
  const missing = errors.filter(({ rule }) => rule === "dependency-missing").length;
  if (missing > 0) lines.push("", missingText(missing));
  else if (lines.length > 0) lines.push("");
  lines.push(valid ? `✓ ${name} is valid${counted(warnings)}` : `✗ ${name} is not valid`);
  return lines.map(printable);
}

function counted({ length }: readonly unknown[]): string {
  if (length === 0) return "";
  return length === 1 ? ", with 1 warning" : `, with ${length} warnings`;
}

function missingText(count: number): string {
  return count === 1
    ? "Missing 1 required dependency; slipway pkg scan says what to declare"
    : `Missing ${count} required dependencies; slipway pkg scan says what to declare`;
}

function findingText(finding: ValidationFinding): string {
  switch (finding.rule) {
    case "ai-incomplete":
      return `ai.${finding.field} is required where a manifest has ai`;
    case "script-not-packed":
      return `script "${finding.script}" references file "${finding.file}" which is not in the package files`;
    case "import-not-packed":
      return `${finding.name} is imported and not among the package files${placesText(finding)}`;
    case "key-unknown":
      return `${finding.name} is no key of a manifest`;
    case "version-unreadable":
      return `the version of ${finding.name} cannot be read: ${finding.version}`;
    case "dependencies-undeclared":
      return `Found ${finding.imports} imports but no dependencies declared`;
    case "dependency-missing":
      return `${finding.name} is imported and not declared${placesText(finding)}`;
    case "version-missing":
      return `${finding.name} has no version: ${finding.version}`;
    case "version-exact":
      return `${finding.name} is held to one version: ${finding.version}`;
    case "dependency-twice":
      return `${finding.name} is declared more than once`;
    case "optional-undeclared":
      return `${finding.name} may be missing at run time, and is not declared as optional${placesText(finding)}`;
    case "types-undeclared":
      return `${finding.name} is imported for its types and not declared for development${placesText(finding)}`;
    case "runtime-declared-dev":
      return `${finding.name} is imported at run time and declared for development alone${placesText(finding)}`;
    case "dependency-unused":
      return `${finding.name} is declared and not imported`;
    case "agent-package-imported":
      return `the agent package ${finding.name} has to be locked beside this one${placesText(finding)}`;
    case "import-unusable":
      return `no package can be named ${finding.name}${placesText(finding)}`;
  }
}

function placesText({ imports }: Imported): string {
  const places = imports.map(({ file, line }) => `${file}:${line}`);
  return ` (in ${[...new Set(places)].join(", ")})`;
}
