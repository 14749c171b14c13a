import type { ParseArgsOptionsConfig, parseArgs as ParseArgs } from "node:util";
import { fail, ok } from "@slipway/signature/result";
import type { Result } from "@slipway/signature/result";

/** Not imported: that would load all that `node:util` can do, sockets among it, and takes 5 ms. */
const { parseArgs } = process.getBuiltinModule("node:util");

/** What of a command line a command cannot work with. */
export type ArgumentsFailure = {
  readonly reason: "arguments-invalid";
  readonly problem: string;
};

type Read<Options extends ParseArgsOptionsConfig> = {
  readonly options: ReturnType<
    typeof ParseArgs<{ options: Options; allowPositionals: true; strict: true }>
  >["values"];
  readonly words: readonly string[];
};

/** The options and words after a command's name: no option but those, and not fewer or more words than `words` lets. */
export function readArguments<Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  takes: { readonly options: Options; readonly words: readonly [least: number, most: number] },
): Result<Read<Options>, ArgumentsFailure> {
  const [least, most] = takes.words;
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: takes.options,
      allowPositionals: true,
      strict: true,
    });
    if (positionals.length < least)
      return fail({ reason: "arguments-invalid", problem: "a word is missing" });
    if (positionals.length > most) {
      const problem = `not expected: ${positionals.slice(most).join(" ")}`;
      return fail({ reason: "arguments-invalid", problem });
    }
    return ok({ options: values, words: positionals });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node goes on about arguments that begin with a dash, which ours do not.
    const [problem = ""] = error.message.split(". To specify");
    return fail({ reason: "arguments-invalid", problem });
  }
}
