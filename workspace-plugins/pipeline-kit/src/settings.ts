import { Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import { z } from "zod";
import type { DiagnosticInit } from "./inputs.ts";

export type ReadSettings<Settings> =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problems: readonly DiagnosticInit[] };

/** What the file says under `plugins."kind/name".settings`, as the handshake has it: a JSON object, or empty. */
export function readSettings<Settings>(
  plugin: string,
  schema: z.ZodType<Settings>,
  text: string,
): ReadSettings<Settings> {
  const value: unknown = text === "" ? {} : JSON.parse(text);
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, settings: parsed.data };
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape).toSorted() : [];
  const problems = parsed.error.issues.map(({ path, message }) => ({
    level: Diagnostic_Level.ERROR,
    code: `${plugin.replace(/^.*\//, "").toUpperCase()}_000`,
    title: "settings of another form",
    message: `${["settings", ...path].join(".")}: ${message}`,
    fixHint: `${plugin} takes ${known.join(", ")}`,
    place: { path: ["plugins", plugin, "settings", ...path].join(".") },
  }));
  return { ok: false, problems };
}
