import type { Message } from "@bufbuild/protobuf";
import type { Graph } from "@slipway/pipeline-sdk/graph";
import { placeOf, placesIn } from "../definition/toml-places.ts";

/** Gives every place of the graph its file, line and column: plugins copy them into what they say. Changes `graph`. */
export function placeGraph(graph: Graph, file: string, text: string): void {
  const places = placesIn(text);
  const positionOf = positionsIn(text);
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (isPlace(value)) {
      const { line, column } = positionOf(placeOf(places, value.path.split(".")).offset);
      Object.assign(value, { file, line, column });
    } else if (typeof value === "object" && value !== null) Object.values(value).forEach(visit);
  };
  visit(graph);
}

/** Of offsets into a text; line and column count from 1. */
function positionsIn(
  text: string,
): (offset: number) => { readonly line: number; readonly column: number } {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => {
    let [from, to] = [0, starts.length];
    while (to - from > 1) {
      const middle = (from + to) >> 1;
      if ((starts[middle] ?? 0) <= offset) from = middle;
      else to = middle;
    }
    return { line: from + 1, column: offset - (starts[from] ?? 0) + 1 };
  };
}

type Placed = Message & { readonly path: string };

function isPlace(value: unknown): value is Placed {
  return (
    typeof value === "object" &&
    value !== null &&
    "$typeName" in value &&
    value.$typeName === "slipway.pipelines.v1.Place"
  );
}
