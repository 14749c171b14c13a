import type { Message } from "@bufbuild/protobuf";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";
import { placeOf, placesIn } from "../definition/toml-places.ts";
import type { PipelineText } from "../plan/plan.ts";

/** Gives every place in diagnostics its file, line and column, but those of other files: plugins know the path of keys alone. Changes them. */
export function placeMessages(messages: readonly Diagnostic[], { file, text }: PipelineText): void {
  // Places of a long file take longer to find than all else about it.
  if (messages.length === 0) return;
  const places = placesIn(text);
  const positionOf = positionsIn(text);
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (isPlace(value)) {
      if (value.file !== "" || value.path === "") return;
      const { line, column } = positionOf(placeOf(places, value.path.split(".")).offset);
      Object.assign(value, { file, line, column });
    } else if (typeof value === "object" && value !== null) Object.values(value).forEach(visit);
  };
  visit(messages);
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

type Placed = Message & { readonly file: string; readonly path: string };

function isPlace(value: unknown): value is Placed {
  return (
    typeof value === "object" &&
    value !== null &&
    "$typeName" in value &&
    value.$typeName === "slipway.pipelines.v1.Place"
  );
}
