import { createInterface } from "node:readline/promises";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { ArgumentsFailure } from "../arguments.ts";

/** The word that was given, or what somebody at a terminal answers; elsewhere nobody is there, and the word is missing. */
export async function givenOrAsked(
  given: string | undefined,
  { prompt, missing }: { readonly prompt: string; readonly missing: string },
): Promise<Result<string, ArgumentsFailure>> {
  const answer = (given ?? (await ask(prompt)))?.trim();
  if (answer !== undefined && answer !== "") return ok(answer);
  return fail({ reason: "arguments-invalid", problem: missing });
}

/** `undefined` where there is no terminal, or no answer came before its end or Ctrl-C. */
async function ask(prompt: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  using lines = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  const closed = new Promise<undefined>((resolve) => lines.once("close", () => resolve(undefined)));
  const answered = lines.question(prompt).catch((error: unknown) => {
    if (error instanceof Error && error.name === "AbortError") return undefined;
    throw error;
  });
  return Promise.race([answered, closed]);
}
