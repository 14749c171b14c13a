import { issueWords } from "@slipway/definitions/issue-words";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { PipelinesFailure } from "../failure.ts";
import { Pipeline } from "./pipeline.ts";
import { referenceProblems } from "./references.ts";
import { parseToml, placedProblems, schemaProblems } from "./toml-problems.ts";
import type { FoundProblem } from "./toml-problems.ts";

/** All problems at once: of the syntax, or else of the content. `file` is only for naming it. */
export function parsePipeline(file: string, text: string): Result<Pipeline, PipelinesFailure> {
  const toml = parseToml(file, text);
  if (!toml.ok) return fail({ reason: "pipeline-invalid", file, problems: [toml.failure] });
  const parsed = Pipeline.safeParse(toml.value, { error: issueWords });
  const references = referenceProblems(toml.value);
  if (parsed.success && references.length === 0) return ok(parsed.data);
  const issues = parsed.error?.issues ?? [];
  const found = issues.flatMap((issue) => schemaProblems(Pipeline, issue));
  return fail(invalidPipeline(file, text, [...found, ...references]));
}

/** The problems with their places, in the order of the file. */
export function invalidPipeline(
  file: string,
  text: string,
  found: readonly FoundProblem[],
): PipelinesFailure {
  return { reason: "pipeline-invalid", file, problems: placedProblems(file, text, found) };
}
