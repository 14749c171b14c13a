import type { Override } from "@slipway/pipeline-sdk/graph";
import type { Plain } from "./plain.ts";

type Rendered = { readonly [key: string]: Plain };

/** What the file says to GitHub alone, laid over what is rendered: tables key by key, all else in its place. */
export function overlay(rendered: Rendered, overrides: readonly Override[]): Rendered {
  return overrides
    .filter(({ provider }) => provider === "github")
    .reduce<Rendered>((under, { json }) => merged(under, tableIn(json)), rendered);
}

function merged(under: Rendered, over: Rendered): Rendered {
  const result = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = under[key];
    result[key] = isTable(below) && isTable(value) ? merged(below, value) : value;
  }
  return result;
}

function isTable(value: Plain | undefined): value is Rendered {
  return typeof value === "object" && !Array.isArray(value);
}

function tableIn(json: string): Rendered {
  const parsed: unknown = JSON.parse(json);
  return isRendered(parsed) ? parsed : {};
}

function isRendered(value: unknown): value is Rendered {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
