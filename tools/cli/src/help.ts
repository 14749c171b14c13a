import { columns } from "@slipway/report/table";
import { commands } from "./commands.ts";
import type { Command } from "./commands.ts";

/** All commands, a line each. */
export function overview(): string {
  const rows = commands.map(({ name, takes, does }) => [`  ${name} ${takes}`.trimEnd(), does]);
  return [
    "Agent packages, images, AO processes, CI configuration and sealed smoke runs",
    "",
    "slipway <command>",
    ...columns(rows),
    "",
    "slipway <command> --help says more of one; exit codes: 0 done or answered, 1 failed, 2 not called as it can be",
  ].join("\n");
}

/** One command with its options. */
export function usage({ name, takes, does, options = {} }: Command): string {
  const rows = Object.entries(options).map(([option, text]) => [`  ${option}`, text]);
  return [`slipway ${name} ${takes}`.trimEnd(), does, ...columns(rows)].join("\n");
}
