import type { Condition, Value } from "@slipway/pipeline-sdk/graph";

/** What a condition asks for. */
export function valuesIn(condition: Condition | undefined): readonly Value[] {
  const kind = condition?.kind;
  switch (kind?.case) {
    case "comparison":
      return kind.value.left === undefined ? [] : [kind.value.left];
    case "not":
      return valuesIn(kind.value);
    case "all":
    case "any":
      return kind.value.of.flatMap(valuesIn);
    case undefined:
    case "literal":
    case "status":
      return [];
  }
}
