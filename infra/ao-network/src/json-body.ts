import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { NetworkFailure } from "./failure.ts";

export function parseJsonBody<Schema extends z.ZodType>(
  bytes: Uint8Array,
  schema: Schema,
): Result<z.output<Schema>, NetworkFailure> {
  const raw = parseJson(Buffer.from(bytes).toString("utf8"));
  if (!raw.ok) return raw;
  const parsed = schema.safeParse(raw.value);
  if (parsed.success) return ok(parsed.data);
  return fail({ reason: "body-invalid", detail: z.prettifyError(parsed.error) });
}

function parseJson(text: string): Result<unknown, NetworkFailure> {
  try {
    return ok(JSON.parse(text));
  } catch (error) {
    return fail({ reason: "body-invalid", detail: String(error) });
  }
}
