import type { Override } from "@slipway/pipeline-sdk/graph";
import { isTable, settingsFor } from "@slipway/pipeline-sdk/plain";
import type { Plain, Table } from "@slipway/pipeline-sdk/plain";
import { argumentOf, call, named } from "./groovy.ts";
import type { Argument, Node } from "./groovy.ts";

export { isTable, overlaid as merged } from "@slipway/pipeline-sdk/plain";
export type { Plain, Table } from "@slipway/pipeline-sdk/plain";

/** What the file says to Jenkins alone; of a key said twice, the last. Tables are laid over each other. */
export function ownOf(overrides: readonly Override[]): Table {
  return settingsFor("jenkins", overrides);
}

const usual = ["image", "label", "customWorkspace", "args", "registryUrl", "registryCredentialsId"];

/** As Jenkins' own documents have them; all others by name. */
function entriesOf(table: Table): readonly (readonly [string, Plain])[] {
  return Object.entries(table).toSorted(([a], [b]) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1));
}

function placeOf(key: string): number {
  return usual.includes(key) ? usual.indexOf(key) : usual.length;
}

/** Calls by name: `true` is one without arguments, a table one with named arguments, and a table of one table a call of a call. */
export function callsOf(table: Plain | undefined): readonly Node[] {
  if (!isTable(table)) return [];
  return entriesOf(table).map(([name, value]) =>
    value === true ? call(name) : call(name, innerCall(value) ?? argumentIn(value)),
  );
}

/** `buildDiscarder(logRotator(numToKeepStr: '3'))`. */
function innerCall(value: Plain): Argument | undefined {
  const [only, ...others] = isTable(value) ? Object.entries(value) : [];
  if (only === undefined || others.length > 0 || !isTable(only[1])) return undefined;
  const [name, given] = only;
  const listed = entriesOf(given).map(([key, each]) => `${key}: ${argumentOf(argumentIn(each))}`);
  return { code: `${name}(${listed.join(", ")})` };
}

/** As calls, where a table is a block of them. */
export function blocksOf(table: Table): readonly Node[] {
  return entriesOf(table).map(([name, value]) =>
    isTable(value) ? { call: name, body: blocksOf(value) } : call(name, argumentIn(value)),
  );
}

function argumentIn(value: Plain): Argument {
  if (value === null) return { code: "null" };
  if (typeof value !== "object") return value;
  if (!isTable(value)) return value.map(argumentIn);
  return named(Object.fromEntries(entriesOf(value).map(([key, each]) => [key, argumentIn(each)])));
}

/** Names in a table of calls, in any depth, that Groovy takes for none. */
export function badNames(value: Plain | undefined): readonly string[] {
  if (!isTable(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(isCallable(name) ? [] : [name]),
    ...badNames(inner),
  ]);
}

/** What Groovy takes for the name of a call. */
export function isCallable(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name);
}

/** Ours, but for those that the file says itself. */
export function overlaid(ours: readonly Node[], own: readonly Node[]): readonly Node[] {
  const said = own.map((node) => ("call" in node ? node.call : ""));
  return [...ours.filter((node) => !("call" in node) || !said.includes(node.call)), ...own];
}

/** Keys that are none of those. */
export function keysOf(table: Table, known: readonly string[]): readonly string[] {
  return Object.keys(table).filter((key) => !known.includes(key));
}
