import { z } from "zod";
import type { Evaluation } from "./network.ts";
import { Tag } from "./tag.ts";

/** What a compute unit says of a message. */
export const EvaluationAnswer = z
  .looseObject({
    Error: z.unknown().optional(),
    Output: z.unknown().optional(),
    Messages: z
      .array(z.looseObject({ Data: z.unknown().optional(), Tags: z.array(Tag).default([]) }))
      .default([]),
  })
  .transform(({ Error: error, Output: output, Messages: messages }): Evaluation => {
    const failed = error !== undefined && error !== null && error !== "" && error !== false;
    return {
      error: failed ? plain(textOf(error) || JSON.stringify(error)) : undefined,
      output: plain(textOf(output)),
      replies: messages.map(({ Data, Tags }) => ({
        data: typeof Data === "string" ? Data : "",
        tags: Tags,
      })),
    };
  });

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
