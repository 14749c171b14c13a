import type { Value, Variable } from "@slipway/pipeline-sdk/graph";

/** A literal as it is, a secret in parentheses. */
export function valueInWords(value: Value | undefined): string {
  const kind = value?.kind;
  if (kind?.case === "literal") return kind.value;
  if (kind?.case === "secret") return `(${kind.value})`;
  if (kind?.case === "joined") return kind.value.of.map(valueInWords).join("");
  return kind?.case ?? "nothing";
}

export function variablesInWords(variables: readonly Variable[]): readonly string[] {
  return variables.map(({ name, value }) => `${name}=${valueInWords(value)}`);
}
