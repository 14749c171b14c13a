import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "../command.ts";

export const shells = ["bash", "zsh", "fish"] as const;
type Shell = (typeof shells)[number];

type Completed = Pick<Command, "name" | "takes" | "does" | "options">;

export function isShell(word: string): word is Shell {
  return shells.some((shell) => shell === word);
}

/** Completes the words of commands, then their options, and else names of files. */
export async function completionScript(
  shell: Shell,
  commands: readonly Completed[],
): Promise<string> {
  const file = path.join(import.meta.dirname, "completion", `slipway.${shell}`);
  const rows = shell === "fish" ? fishRows(commands) : tableRows(commands);
  return (await readFile(file, "utf8")).trimEnd().replace("@COMMANDS@", () => rows.join("\n"));
}

/** `name|--option --option` */
function tableRows(commands: readonly Completed[]): readonly string[] {
  return commands.map((command) => `${command.name}|${optionsOf(command).join(" ")}`);
}

function optionsOf({ takes, options = {} }: Completed): readonly string[] {
  const texts = [takes, ...Object.keys(options)];
  const found = texts.flatMap((text) => text.match(/(?<![\w-])--?[a-z][a-z-]*/g) ?? []);
  return [...new Set([...found, "--help"])];
}

function fishRows(commands: readonly Completed[]): readonly string[] {
  const names = commands.map(({ name }) => name);
  const abouts = new Map(commands.map(({ name, does }) => [name, ` -d ${quoted(does)}`]));
  const words = names.flatMap((name) => {
    const parts = name.split(" ");
    return parts.map((word, at) => {
      const said = `__slipway_said ${quoted(parts.slice(0, at).join(" "))}`;
      const about = abouts.get(parts.slice(0, at + 1).join(" ")) ?? "";
      return `complete -c slipway -n ${quoted(said)} -f -a ${word}${about}`;
    });
  });
  const options = commands.flatMap((command) => {
    const longer = names.filter((name) => name.startsWith(`${command.name} `));
    const calls = ["__slipway_calls", ...[command.name, ...longer].map(quoted)].join(" ");
    return optionsOf(command).map((option) => {
      const kind = option.startsWith("--") ? `-l ${option.slice(2)}` : `-s ${option.slice(1)}`;
      return `complete -c slipway -n ${quoted(calls)} ${kind}`;
    });
  });
  return [...new Set([...words, ...options])];
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
