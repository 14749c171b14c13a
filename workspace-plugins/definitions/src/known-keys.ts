import { namesNear } from "@slipway/signature/names-near";
import { z } from "zod";

/** What is said of a key that a schema does not know: how it is called now, or which keys it could have been meant for. */
export function describeUnknownKey(
  schema: unknown,
  path: readonly PropertyKey[],
  key: string,
): string {
  const fields = fieldsAt(schema, path);
  const now = Object.keys(fields).find((name) => formerNames(fields[name]).includes(key));
  const said = `Unrecognized key: ${JSON.stringify(key)}`;
  if (now !== undefined) return `${said}, which is called ${now} now`;
  // Of three letters two edits leave nothing.
  const near = key.length < 4 ? [] : namesNear([key], Object.keys(fields));
  return near.length === 0 ? said : `${said}; did you mean ${near.join(" or ")}?`;
}

type Fields = Readonly<Record<string, unknown>>;

/** The fields of the object that a path leads to; of one of several kinds, none. */
function fieldsAt(schema: unknown, path: readonly PropertyKey[]): Fields {
  const inner = unwrapped(schema);
  const [first, ...rest] = path;
  if (first === undefined) return inner instanceof z.ZodObject ? inner.shape : {};
  if (inner instanceof z.ZodObject) {
    const fields: Fields = inner.shape;
    return fieldsAt(fields[String(first)], rest);
  }
  if (inner instanceof z.ZodArray) return fieldsAt(inner.element, rest);
  if (inner instanceof z.ZodRecord) return fieldsAt(inner.valueType, rest);
  return {};
}

function unwrapped(schema: unknown): unknown {
  const isWrapper = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault;
  return isWrapper ? unwrapped(schema.unwrap()) : schema;
}

const FormerNames = z.looseObject({ formerly: z.array(z.string()) });

/** A field can say in its meta data how it was called: `formerly`. */
function formerNames(field: unknown): readonly string[] {
  if (!(field instanceof z.ZodType)) return [];
  return FormerNames.safeParse(z.globalRegistry.get(field)).data?.formerly ?? [];
}
