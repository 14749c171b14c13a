import type { Command } from "./command.ts";

/** The command whose name the words begin with, the longest such name, and what follows it. */
export function findCommand(
  words: readonly string[],
  known: readonly Command[],
): { readonly command: Command; readonly args: readonly string[] } | undefined {
  for (let length = words.length; length > 0; length -= 1) {
    const name = words.slice(0, length).join(" ");
    const command = known.find((one) => one.name === name);
    if (command !== undefined) return { command, args: words.slice(length) };
  }
  return undefined;
}
