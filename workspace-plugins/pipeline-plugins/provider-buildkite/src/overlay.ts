import type { Override } from "@slipway/pipeline-sdk/graph";
import { isTable } from "./plain.ts";
import type { Table } from "./plain.ts";

/** What the file says to Buildkite alone, laid over what is rendered: tables key by key, all else in its place. */
export function overlay(rendered: Table, overrides: readonly Override[]): Table {
  return overrides
    .filter(({ provider }) => provider === "buildkite")
    .reduce<Table>((under, { json }) => merged(under, tableIn(json)), rendered);
}

function merged(under: Table, over: Table): Table {
  const result = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = under[key];
    result[key] = isTable(below) && isTable(value) ? merged(below, value) : value;
  }
  return result;
}

function tableIn(json: string): Table {
  const parsed: unknown = JSON.parse(json);
  return isTable(parsed) ? parsed : {};
}
