import { openLines } from "@slipway/report/lines";
import { readArguments } from "../arguments.ts";
import type { Runner } from "../call.ts";
import type { Command } from "../command.ts";
import { tellUsage } from "../tell.ts";
import { completionScript, isShell, shells } from "./completion-script.ts";

/** Prints a script for a shell to read, made from the commands as they are. */
export function completionOf(commands: readonly Command[]): Runner {
  return async ({ args }) => {
    const read = readArguments(args, { options: {}, words: [1, 1] });
    if (!read.ok) return tellUsage(read.failure);
    const [shell = ""] = read.value.words;
    if (!isShell(shell)) {
      const problem = `no shell that is known: ${shell} (known: ${shells.join(", ")})`;
      return tellUsage({ reason: "arguments-invalid", problem });
    }
    openLines().line(await completionScript(shell, commands));
    return 0;
  };
}
