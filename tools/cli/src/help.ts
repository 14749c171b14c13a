import { columns } from "@slipway/report/table";
import type { Command } from "./command.ts";

const width = 80;

/** All commands, a line each; those that have headings of their own are one line together. */
export function overview(commands: readonly Command[]): string {
  const words = Map.groupBy(commands, ({ name }) => firstWord(name));
  const [[word, only] = ["", []]] = words;
  if (words.size === 1 && only.length > 1) return family(word, only);
  return [
    ...wrapped(
      "Slipway makes agent packages, images, AO processes, pipelines and smoke runs into cacheable Nx targets, and says why each of them runs or does not. What decides is its work signature: one digest of everything that can change its result.",
      width,
    ),
    "",
    "slipway <command>",
    ...described(
      [...words].flatMap(([first, of]) => {
        const headings = headingsOf(of);
        if (headings.length === 0) return of.map(({ name, does }) => [name, does] as const);
        return [[first, `${headings.join(", ")}: slipway ${first} lists how`] as const];
      }),
    ),
    "",
    "slipway <command> --help has its options and examples.",
    exitCodes,
  ].join("\n");
}

/** The commands whose names begin with the words: one with all that it takes, several a line each. */
export function family(words: string, of: readonly Command[]): string {
  const [only] = of;
  if (only !== undefined && of.length === 1) return usage(only);
  const groups = Map.groupBy(of, ({ group }) => group ?? "");
  return [
    `slipway ${words} <command>`,
    ...[...groups].flatMap(([heading, members]) => [
      "",
      ...(heading === "" ? [] : [heading]),
      ...described(members.map(({ name, does }) => [name.slice(words.length + 1), does])),
    ]),
    "",
    `slipway ${words} <command> --help has its options and examples.`,
    exitCodes,
  ].join("\n");
}

function headingsOf(of: readonly Command[]): readonly string[] {
  return [...new Set(of.flatMap(({ group }) => group ?? []))];
}

function firstWord(name: string): string {
  return name.split(" ", 1)[0] ?? name;
}

/** One command with its options, and those of `known` whose names begin with its own. */
export function usage(command: Command, known: readonly Command[] = []): string {
  const { does, options = {}, examples = [] } = command;
  const longer = known.filter(({ name }) => name.startsWith(`${command.name} `));
  return [
    calledAs(command),
    ...wrapped(does, width),
    ...described(Object.entries(options)),
    ...(examples.length === 0 ? [] : ["", "examples", ...examples.map((line) => `  ${line}`)]),
    ...(longer.length === 0
      ? []
      : ["", "other commands", ...longer.map((one) => `  ${calledAs(one)}`)]),
  ].join("\n");
}

/** What is typed for it. */
export function calledAs({ name, takes }: Command): string {
  return `slipway ${name} ${takes}`.trimEnd();
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
