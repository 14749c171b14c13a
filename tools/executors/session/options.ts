import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ZodType, output } from "zod";

export type OptionsFailure = {
  readonly reason: "options-invalid";
  readonly problems: readonly string[];
};

/** An executor accepts only the keys it knows; every problem is reported at once. */
export function parseOptions<Schema extends ZodType>(
  schema: Schema,
  raw: unknown,
): Result<output<Schema>, OptionsFailure> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return ok(parsed.data);
  return fail({
    reason: "options-invalid",
    problems: parsed.error.issues.map(
      (issue) => `${issue.path.length === 0 ? "options" : issue.path.join(".")}: ${issue.message}`,
    ),
  });
}
