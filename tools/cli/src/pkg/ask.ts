import { createInterface } from "node:readline";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { ArgumentsFailure } from "../arguments.ts";

/** Words that a command was not given, asked of somebody at a terminal. Elsewhere nobody is there, and they are missing. */
export type Questions = Disposable & {
  readonly wordFor: (
    given: string | undefined,
    question: { readonly prompt: string; readonly missing: string },
  ) => Promise<Result<string, ArgumentsFailure>>;
};

/** One for all questions of a command: what is typed ahead is the answer to the next one. Ends with `using`. */
export function openQuestions(): Questions {
  const terminal = process.stdin.isTTY ? openTerminal() : undefined;
  return {
    wordFor: async (given, { prompt, missing }) => {
      const answer = (given ?? (await terminal?.ask(prompt)) ?? "").trim();
      return answer === "" ? fail({ reason: "arguments-invalid", problem: missing }) : ok(answer);
    },
    [Symbol.dispose]: () => terminal?.close(),
  };
}

type Terminal = {
  /** `undefined` where no answer came before the end of the input or Ctrl-C. */
  readonly ask: (prompt: string) => Promise<string | undefined>;
  readonly close: () => void;
};

function openTerminal(): Terminal {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  const answers = lines[Symbol.asyncIterator]();
  return {
    ask: async (prompt) => {
      lines.setPrompt(prompt);
      lines.prompt();
      const next = await answers.next();
      return next.done === true ? undefined : next.value;
    },
    close: () => lines.close(),
  };
}
