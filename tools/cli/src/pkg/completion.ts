import { openLines } from "@slipway/report/lines";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { completionScript, isShell, shells } from "./completion-script.ts";

/** Prints a script for a shell to read, made from the commands as they are. */
export async function printCompletion({ args, commands }: Call): Promise<number> {
  const read = readArguments(args, { options: {}, words: [1, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const [shell = ""] = read.value.words;
  if (!isShell(shell)) {
    const problem = `no shell that is known: ${shell} (known: ${shells.join(", ")})`;
    return tellUsage({ reason: "arguments-invalid", problem });
  }
  openLines().line(completionScript(shell, commands));
  return 0;
}
