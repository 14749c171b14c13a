import type { AnySchema, ErrorObject } from "ajv";
import { loadAjv } from "./late-modules.ts";

/** The first thing in which a value is not what a schema wants; `undefined`: nothing. */
export type SchemaCheck = (value: unknown) => string | undefined;

/** JSON Schema, draft 7. A text says why it is none: an unknown keyword too, which would check nothing. */
export function compileSchema(schema: AnySchema): SchemaCheck | string {
  const ajv = new (loadAjv())(options);
  try {
    const validate = ajv.compile(schema);
    return (value) => (validate(value) ? undefined : describe(validate.errors?.[0]));
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^strict mode: /, "") : String(error);
  }
}

/** Strict is of keywords and formats; that a type goes without saying is the standard's own way. */
const options = {
  strict: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  logger: false,
} as const;

function describe(error: ErrorObject | undefined): string {
  if (error === undefined) throw new Error("internal: a schema fails without an error");
  const { instancePath, message = error.keyword, params } = error;
  const key =
    "additionalProperty" in params ? `: ${JSON.stringify(params["additionalProperty"])}` : "";
  return `${instancePath === "" ? "" : `${instancePath}: `}${message}${key}`;
}
