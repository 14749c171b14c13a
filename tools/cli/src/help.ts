import { columns } from "@slipway/report/table";
import type { Command } from "./command.ts";

const width = 80;

/** All commands, a line each. */
export function overview(commands: readonly Command[]): string {
  return [
    ...wrapped(
      "Slipway makes agent packages, images, AO processes, pipelines and smoke runs into cacheable Nx targets, and says why each of them runs or does not. What decides is its work signature: one digest of everything that can change its result.",
      width,
    ),
    "",
    "slipway <command>",
    ...described(commands.map(({ name, does }) => [name, does])),
    "",
    "slipway <command> --help has its options and examples.",
    exitCodes,
  ].join("\n");
}

/** The commands whose names begin with these words. */
export function family(of: readonly Command[]): string {
  return of.map(usage).join("\n\n");
}

/** One command with its options. */
export function usage({ name, takes, does, options = {}, examples = [] }: Command): string {
  return [
    `slipway ${name} ${takes}`.trimEnd(),
    ...wrapped(does, width),
    ...described(Object.entries(options)),
    ...(examples.length === 0 ? [] : ["", "examples", ...examples.map((line) => `  ${line}`)]),
  ].join("\n");
}

const exitCodes = "Exit codes: 0 done or answered, 1 failed, 2 not called as it can be.";

/** Names in a column, and beside each its text in as many lines as it needs. */
function described(rows: readonly (readonly [string, string])[]): readonly string[] {
  const left = Math.max(0, ...rows.map(([name]) => name.length)) + 4;
  return columns(
    rows.flatMap(([name, text]) =>
      wrapped(text, width - left).map((line, at) => [at === 0 ? `  ${name}` : "", line]),
    ),
  );
}

/** At spaces; a word that is longer than a line has one of its own. */
function wrapped(text: string, most: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > most) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
