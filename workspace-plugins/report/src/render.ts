import { readFileSync } from "node:fs";
import path from "node:path";
import type { Outcome, Place, Result } from "@slipway/signature";
import { describeCause } from "./causes.ts";
import { describeFailure } from "./failures.ts";
import type { Failure } from "./failures.ts";
import { printable, printedWidth } from "./printable.ts";
import { columns } from "./table.ts";
import type { Text } from "./text.ts";
import { bundledFacts } from "./texts/processes-doubts.ts";

/** What happened, to which of several targets, where, the facts in a column, what to do. Ends with a newline. */
export function renderFailure(failure: Failure, of?: string): string {
  return renderText(describeFailure(failure), of);
}

function renderText(text: Text, of: string | undefined): string {
  return [
    `✗ ${of === undefined ? "" : `${printable(of)}: `}${printable(text.what)}`,
    ...(text.at === undefined ? [] : renderPlace(text.at)),
    ...renderFacts(text.facts),
    ...(text.hint === undefined ? [] : [`  → ${printable(text.hint)}`]),
    "",
  ].join("\n");
}

function renderOutcome(outcome: Outcome): string {
  const head = `${outcome.state === "done" ? "✓" : "="} ${outcome.state}: ${describeCause(outcome.cause)}`;
  const { facts } = outcome;
  const told = outcome.cause === "lua-bundled" ? bundledFacts(facts) : facts;
  return [head, ...renderFacts(told), ""].join("\n");
}

/** A fact of several lines has them under one another; one that is empty says nothing. */
function renderFacts(facts: Text["facts"]): readonly string[] {
  return columns(
    Object.entries(facts).flatMap(([name, value]) => {
      const text = String(value).trimEnd();
      if (text === "") return [];
      return text.split("\n").map((line, at) => [at === 0 ? `  ${name}` : "", line]);
    }),
  );
}

export function renderResult(result: Result<Outcome, Failure>): string {
  return result.ok ? renderOutcome(result.value) : renderFailure(result.failure);
}

const widest = 240;

/** `file:line:column`, the line, and a squiggle under the place. */
function renderPlace(place: Place): readonly string[] {
  const file = printable(place.file);
  const text = textOf(place.file);
  // The file may be gone since the failure was found; its name still helps.
  if (text === undefined) return [`  at ${file}`];
  const { line, column } = positionAt(text, place.offset);
  const whole = text.split(/\r?\n/)[line - 1] ?? "";
  // Of a line of a hundred thousand signs what is around the place.
  const from = whole.length <= widest ? 0 : Math.max(0, column - 1 - widest / 2);
  const shown = whole.slice(from, from + widest);
  const before = shown.slice(0, column - 1 - from);
  const marked = shown.slice(column - 1 - from, column - 1 - from + place.length);
  return [
    `  at ${file}:${line}:${column}`,
    `    ${printable(shown)}`,
    `    ${" ".repeat(printedWidth(before))}${"~".repeat(Math.max(1, printedWidth(marked)))}`,
  ];
}

/** A place is named from the folder that we stand in or, of a workspace, from its root, which is one above. */
function textOf(file: string): string | undefined {
  for (let folder = process.cwd(); ; folder = path.dirname(folder)) {
    try {
      return readFileSync(path.resolve(folder, file), "utf8");
    } catch {
      if (folder === path.dirname(folder)) return undefined;
    }
  }
}

/** Line and column count from 1. */
function positionAt(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
