import { readFileSync } from "node:fs";
import type { Outcome, Place, Result } from "@slipway/signature";
import { describeCause } from "./causes.ts";
import { describeFailure } from "./failures.ts";
import type { Failure } from "./failures.ts";
import { columns } from "./table.ts";
import type { Text } from "./text.ts";

/** What happened, where, the facts in a column, what to do. Ends with a newline. */
export function renderFailure(failure: Failure): string {
  return renderText(describeFailure(failure));
}

function renderText(text: Text): string {
  const facts = Object.entries(text.facts).map(([name, value]) => [
    `  ${name}`,
    printable(String(value)),
  ]);
  return [
    `✗ ${printable(text.what)}`,
    ...(text.at === undefined ? [] : renderPlace(text.at)),
    ...columns(facts),
    ...(text.hint === undefined ? [] : [`  → ${printable(text.hint)}`]),
    "",
  ].join("\n");
}

function renderOutcome(outcome: Outcome): string {
  const facts = Object.entries(outcome.facts).map(([name, value]) => [
    `  ${name}`,
    printable(String(value)),
  ]);
  const head = `${outcome.state === "done" ? "✓" : "="} ${outcome.state}: ${describeCause(outcome.cause)}`;
  return [head, ...columns(facts), ""].join("\n");
}

export function renderResult(result: Result<Outcome, Failure>): string {
  return result.ok ? renderOutcome(result.value) : renderFailure(result.failure);
}

/** `file:line:column`, the line, and a squiggle under the place. */
function renderPlace(place: Place): readonly string[] {
  let text: string;
  try {
    text = readFileSync(place.file, "utf8");
  } catch {
    // The file may be gone since the failure was found; its name still helps.
    return [`  at ${place.file}`];
  }
  const { line, column } = positionAt(text, place.offset);
  const shown = text.split("\n")[line - 1] ?? "";
  const squiggle = "~".repeat(Math.max(1, Math.min(place.length, shown.length - column + 1)));
  return [
    `  at ${place.file}:${line}:${column}`,
    `    ${printable(shown)}`,
    `    ${" ".repeat(column - 1)}${squiggle}`,
  ];
}

/** Line and column count from 1. */
function positionAt(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** What comes from outside may hold terminal escapes: control characters are shown, not obeyed. */
function printable(text: string): string {
  return text.replaceAll(
    /[^\P{Cc}\n]/gu,
    (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
