import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { UnitFailure } from "../failure.ts";
import type { Evaluation } from "./network.ts";
import type { Question, Units } from "./units.ts";

const TagShape = z.object({ name: z.string(), value: z.string() });
const EvaluationShape = z.looseObject({
  Error: z.unknown().optional(),
  Output: z.unknown().optional(),
  Messages: z
    .array(z.looseObject({ Data: z.unknown().optional(), Tags: z.array(TagShape).default([]) }))
    .default([]),
});

/** Asks for the evaluation of a message. An answer of another shape is one that nobody can read. */
export async function readEvaluation(
  units: Units,
  question: Question,
  parse: (answer: unknown) => Evaluation = evaluationOf,
): Promise<Result<Evaluation, UnitFailure>> {
  const answer = await units.ask(question);
  if (!answer.ok) return answer;
  const { status, text, header } = answer.value;
  try {
    return ok(parse(JSON.parse(text)));
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const { unit, url, method = "GET" } = question;
    const contentType = header("content-type") ?? "";
    const start = text.slice(0, 80);
    return fail({ reason: "unit-unreadable", unit, method, url, status, contentType, start });
  }
}

/** Parses what a compute unit says of a message; throws the parser's error. */
export function evaluationOf(raw: unknown): Evaluation {
  const { Error: error, Output: output, Messages: messages } = EvaluationShape.parse(raw);
  const failed = error !== undefined && error !== null && error !== "" && error !== false;
  return {
    error: failed ? plain(textOf(error) || JSON.stringify(error)) : undefined,
    output: plain(textOf(output)),
    replies: messages.map(({ Data, Tags }) => ({
      data: typeof Data === "string" ? Data : "",
      tags: Tags,
    })),
  };
}

/** Modules put what they print in different places of `Output`: all its strings, one a line. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return "";
  return Object.values(value)
    .map(textOf)
    .filter((text) => text !== "")
    .join("\n");
}

function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- terminal colours are what is taken out
  return text.replaceAll(/\u001b\[[0-9;]*m/g, "");
}
