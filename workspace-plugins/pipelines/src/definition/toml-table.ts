export type TomlTable = Readonly<Record<string, unknown>>;

/** Empty for what is none: such a file is told of by its schema. */
export function tableOf(value: unknown): TomlTable {
  return isTable(value) ? value : {};
}

function isTable(value: unknown): value is TomlTable {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Each text of a list at its index; `undefined` for what is none. */
export function textsOf(value: unknown): readonly (string | undefined)[] {
  if (!Array.isArray(value)) return [];
  const items: readonly unknown[] = value;
  return items.map((item) => (typeof item === "string" ? item : undefined));
}
