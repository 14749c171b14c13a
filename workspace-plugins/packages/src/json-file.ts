import { parseYaml } from "@slipway/definitions";
import { fail } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ZodType, output } from "zod";
import type { FileProblem, PackagesFailure } from "./failure.ts";

/** JSON with the place of every problem. Two equal keys are a problem: readers disagree on which one counts. */
export function parseJsonFile<Schema extends ZodType>(
  file: string,
  text: string,
  schema: Schema,
): Result<output<Schema>, PackagesFailure> {
  const syntax = syntaxProblem(file, text);
  if (syntax !== undefined) {
    return fail({ reason: "package-file-invalid", file, problems: [syntax] });
  }
  // JSON is YAML, and the YAML reader knows where each value stands.
  const parsed = parseYaml(file, text, schema);
  if (parsed.ok) return parsed;
  return fail({ reason: "package-file-invalid", file, problems: parsed.failure.problems });
}

/** The value of a JSON text, or `undefined` for any other text. */
export function jsonIn(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What keeps a text from being JSON, with its place. */
export function syntaxProblem(file: string, text: string): FileProblem | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const offset = Math.min(offsetIn(error.message) ?? text.length, Math.max(0, text.length - 1));
    const before = text.slice(0, offset).split("\n");
    return {
      message: `this is not JSON: ${error.message.replace(/ in JSON.*$/s, "")}`,
      at: { file, offset, length: 1 },
      line: before.length,
      column: (before.at(-1) ?? "").length + 1,
    };
  }
}

/** V8 names the position, save where the text ends too early. */
function offsetIn(message: string): number | undefined {
  const position = /at position (\d+)/.exec(message)?.[1];
  return position === undefined ? undefined : Number(position);
}
