import { z } from "zod";
import { table } from "./markdown-table.ts";

/** Of JSON Schema what definitions are made of. */
export type Field = {
  readonly description?: string | undefined;
  readonly type?: string | readonly string[] | undefined;
  readonly const?: string | boolean | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly default?: unknown;
  readonly items?: Field | undefined;
  readonly anyOf?: readonly Field[] | undefined;
  readonly oneOf?: readonly Field[] | undefined;
  readonly allOf?: readonly Field[] | undefined;
  readonly properties?: Readonly<Record<string, Field>> | undefined;
  readonly additionalProperties?: Field | undefined;
  readonly required?: readonly string[] | undefined;
};

const inner = z.lazy(() => Field);
export const Field: z.ZodType<Field> = z.looseObject({
  description: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.union([z.string(), z.boolean()]).optional(),
  enum: z.array(z.string()).optional(),
  items: inner.optional(),
  anyOf: z.array(inner).optional(),
  oneOf: z.array(inner).optional(),
  allOf: z.array(inner).optional(),
  properties: z.record(z.string(), inner).optional(),
  additionalProperties: z.preprocess(
    (value) => (value === false ? undefined : value),
    inner.optional(),
  ),
  required: z.array(z.string()).optional(),
});

export type Fields = Pick<Field, "properties" | "required">;

/** A row for each field, and for each field of those that are of one kind of object or of several. */
export function fieldTable(schema: Fields): string {
  return table([["field", "value", "without it", "meaning"], ...rows(schema, "")]);
}

export function without(field: Field, names: readonly string[]): Fields {
  const kept = Object.entries(field.properties ?? {}).filter(([name]) => !names.includes(name));
  return { properties: Object.fromEntries(kept), required: field.required };
}

function rows(
  { properties = {}, required = [] }: Fields,
  prefix: string,
): readonly (readonly string[])[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const usual = field.default === undefined ? "" : `\`${JSON.stringify(field.default)}\``;
    const missing = required.includes(name) ? "a problem" : usual;
    return [
      [`\`${path}\``, kindOf(field), missing, field.description ?? ""],
      ...kindsOf(field).flatMap((each) => rows(each, `${path}.`)),
    ];
  });
}

/** Of one that is one of several, no field is missing for sure. */
function kindsOf({ anyOf, ...field }: Field): readonly Fields[] {
  return anyOf?.map(({ properties }) => ({ properties })) ?? [field];
}

function kindOf(field: Field): string {
  if (field.anyOf !== undefined) return [...new Set(field.anyOf.map(kindOf))].join(" or ");
  if (field.allOf?.every(({ type }) => type === "object") === true) return "keys with values";
  if (field.enum !== undefined) return field.enum.join(", ");
  if (field.const !== undefined) return String(field.const);
  if (typeof field.type === "object") return field.type.map(wordOf).join(", ");
  if (field.type === "array") return field.items?.type === "string" ? "list of texts" : "list";
  if (field.type === "object") return field.properties === undefined ? "keys with values" : "these";
  return wordOf(field.type ?? "");
}

function wordOf(type: string): string {
  return words[type] ?? "any JSON";
}

const words: Readonly<Partial<Record<string, string>>> = {
  string: "text",
  boolean: "true or false",
  integer: "number",
  number: "number",
};
