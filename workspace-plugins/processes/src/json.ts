import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { z } from "zod";

/** JSON text that must have a shape; the failure is the first problem in words of the parser. */
export function parseShaped<Shape extends z.ZodType>(
  text: string,
  shape: Shape,
): Result<z.output<Shape>, string> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  const parsed = shape.safeParse(raw);
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  return fail(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}
