import { kindWords } from "@slipway/definitions/issue-words";
import { describeUnknownKey } from "@slipway/definitions/known-keys";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { parse, TomlError } from "smol-toml";
import type { core } from "zod";
import type { PipelineProblem } from "./problem.ts";
import { placeOf, placesIn } from "./toml-places.ts";

/** A problem by its path of keys. */
export type FoundProblem = {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly hint?: string;
};

/** What is said in a TOML text; the one problem of what is none. `file` is only for naming it. */
export function parseToml(file: string, text: string): Result<unknown, PipelineProblem> {
  try {
    return ok(parse(text));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const message = (error.message.split("\n")[0] ?? "").replace("Invalid TOML document: ", "");
    const { line, column } = error;
    const offset = offsetOf(text, line, column);
    return fail({ message, at: { file, offset, length: 1 }, line, column });
  }
}

/** The problems with their places, in the order of the file. */
export function placedProblems(
  file: string,
  text: string,
  found: readonly FoundProblem[],
): readonly PipelineProblem[] {
  const places = placesIn(text);
  const problems = found.map(({ path, message, hint }): PipelineProblem => {
    const place = placeOf(places, path);
    return {
      message: path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`,
      ...(hint === undefined ? {} : { hint }),
      at: { file, ...place },
      ...positionOf(text, place.offset),
    };
  });
  return problems.toSorted((a, b) => a.at.offset - b.at.offset);
}

/** An unknown key is shown where it stands; of what could be several things, what is wrong with the one that fits best. */
export function schemaProblems(schema: unknown, issue: core.$ZodIssue): readonly FoundProblem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: describeUnknownKey(schema, issue.path, key),
    }));
  }
  if (issue.code === "invalid_union") {
    const deepest = issue.errors
      .map((issues) => issues.toSorted((a, b) => b.path.length - a.path.length))
      .filter(([first]) => (first?.path.length ?? 0) > 0 || first?.code === "unrecognized_keys")
      .toSorted((a, b) => a.length - b.length)[0];
    if (deepest === undefined) return [{ path: issue.path, message: eitherWords(issue) }];
    return deepest.flatMap((inner) =>
      schemaProblems(schema, { ...inner, path: [...issue.path, ...inner.path] }),
    );
  }
  return [issue];
}

/** What it could have been, where it is none of several kinds of values. */
function eitherWords({ errors, message }: core.$ZodIssueInvalidUnion): string {
  const kinds = errors.flatMap((issues) =>
    issues.flatMap((issue) => (issue.code === "invalid_type" ? [kindWords(issue.expected)] : [])),
  );
  const is = /, and is .*$/.exec(errors[0]?.[0]?.message ?? "")?.[0] ?? "";
  return kinds.length === errors.length
    ? `must be ${[...new Set(kinds)].join(", or ")}${is}`
    : message;
}

function positionOf(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function offsetOf(text: string, line: number, column: number): number {
  const before = text.split("\n").slice(0, line - 1);
  return before.reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
}
