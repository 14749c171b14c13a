import { createInterface } from "node:readline/promises";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";

export type ConfirmationFailure = {
  readonly reason: "not-confirmed";
  /** `nobody`: there is no terminal, so that there was no question either. */
  readonly by: "answer" | "nobody";
};

export type Question = {
  /** What has to be typed. */
  readonly word: string;
  /** `--yes` */
  readonly isGiven: boolean;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
};

/** Asks on a terminal whether to go on. Elsewhere nobody could answer, and a script must not take that for a yes. */
export async function confirm(question: Question): Promise<Result<undefined, ConfirmationFailure>> {
  if (question.isGiven) return ok(undefined);
  if (!process.stdin.isTTY) return fail({ reason: "not-confirmed", by: "nobody" });
  return (await isTyped(question))
    ? ok(undefined)
    : fail({ reason: "not-confirmed", by: "answer" });
}

async function isTyped({ word, signal }: Question): Promise<boolean> {
  using lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(`Type '${word}' to go on: `, { signal })).trim() === word;
  } catch (error) {
    // The end of the input, or Ctrl-C.
    if (error instanceof Error && error.name === "AbortError") return false;
    throw error;
  }
}
