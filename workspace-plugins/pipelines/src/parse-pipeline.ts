import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { parse, TomlError } from "smol-toml";
import type { core } from "zod";
import type { PipelineProblem, PipelinesFailure } from "./failure.ts";
import { Pipeline } from "./pipeline.ts";
import { referenceProblems } from "./references.ts";
import { findPlaces, placeOf } from "./toml-places.ts";
import type { TomlPlaces } from "./toml-places.ts";

/** All problems at once: of the syntax, or else of the content. `file` is only for naming it. */
export function parsePipeline(file: string, text: string): Result<Pipeline, PipelinesFailure> {
  const toml = parseToml(file, text);
  if (!toml.ok) return toml;
  const parsed = Pipeline.safeParse(toml.value);
  const references = referenceProblems(toml.value);
  if (parsed.success && references.length === 0) return ok(parsed.data);
  const places = findPlaces(text);
  const found = [...(parsed.error?.issues ?? []).flatMap(schemaProblems), ...references];
  const problems = found.map((problem) => placeProblem(file, text, places, problem));
  return invalid(
    file,
    problems.toSorted((a, b) => a.at.offset - b.at.offset),
  );
}

function parseToml(file: string, text: string): Result<unknown, PipelinesFailure> {
  try {
    return ok(parse(text));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const message = (error.message.split("\n")[0] ?? "").replace("Invalid TOML document: ", "");
    const { line, column } = error;
    const offset = offsetOf(text, line, column);
    return invalid(file, [{ message, at: { file, offset, length: 1 }, line, column }]);
  }
}

function invalid(file: string, problems: readonly PipelineProblem[]) {
  return fail({ reason: "pipeline-invalid", file, problems } as const);
}

/** An unknown key is shown where it stands. */
function schemaProblems(issue: core.$ZodIssue): readonly FoundProblem[] {
  return issue.code === "unrecognized_keys"
    ? issue.keys.map((key) => ({ path: [...issue.path, key], message: "no such key" }))
    : [issue];
}

type FoundProblem = { readonly path: readonly PropertyKey[]; readonly message: string };

function placeProblem(
  file: string,
  text: string,
  places: TomlPlaces,
  { path, message }: FoundProblem,
): PipelineProblem {
  const place = placeOf(places, path);
  return {
    message: path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`,
    at: { file, ...place },
    ...positionOf(text, place.offset),
  };
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
