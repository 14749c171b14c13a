import { isTable } from "./plain.ts";
import type { Plain, Table } from "./plain.ts";

/** Stands for a dollar that begins a variable: the agent puts it in when it uploads the file. No text of a file has it. */
const dollar = "\0";

/** The value of a variable of the run at the time of the upload. It becomes part of a text, never of YAML. */
export function uploadVariable(name: string): string {
  return `${dollar}{${name}}`;
}

/** With all other dollars said in the way that the agent takes for themselves. */
export function escapedTable(table: Table): Table {
  return Object.fromEntries(
    Object.entries(table).map(([key, value]) => [escaped(key), escapedPlain(value)] as const),
  );
}

function escapedPlain(value: Plain): Plain {
  if (typeof value === "string") return escaped(value);
  if (typeof value !== "object") return value;
  return isTable(value) ? escapedTable(value) : value.map(escapedPlain);
}

/**
 * Two dollars are one, and so are a backslash and one: a backslash that is to stay before a dollar is said by the default of a
 * variable that nobody sets. https://github.com/buildkite/interpolate
 */
function escaped(text: string): string {
  return text
    .replaceAll(/(?<pairs>(?:\\\\)*)(?<odd>\\?)\$/g, (_all, pairs: string, odd: string) =>
      odd === "" ? `${pairs}$$` : `${pairs}\${SLIPWAY_BACKSLASH:-\\}$$`,
    )
    .replaceAll(dollar, "$");
}
