import type { Variable } from "@slipway/pipeline-sdk/graph";
import { renderValue } from "./expressions.ts";
import type { Plain } from "./plain.ts";

/** By name; in the order of the graph. */
export function renderVariables(variables: readonly Variable[]): { readonly [key: string]: Plain } {
  return Object.fromEntries(variables.map(({ name, value }) => [name, renderValue(value)]));
}

const shells = ["bash", "sh", "pwsh", "powershell", "python", "cmd"];

/** A shell that GitHub does not know by its name is said how it takes a script. */
export function shellOf(shell: string): string {
  return shell === "" || shells.includes(shell) || shell.includes("{0}") ? shell : `${shell} {0}`;
}
