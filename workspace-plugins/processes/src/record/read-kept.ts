import path from "node:path";
import { fail, ok, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { z } from "zod";
import type { SettingsFailure } from "../failure.ts";
import { parseShaped } from "../json.ts";

/** What is kept of an environment between runs; `none` where there is no such file. */
export async function readKept<Shape extends z.ZodType>(
  workspaceRoot: string,
  file: string,
  shape: Shape,
  none: z.output<Shape>,
): Promise<Result<z.output<Shape>, SettingsFailure>> {
  const text = await readTextIfPresent(path.join(workspaceRoot, file));
  if (text === undefined) return ok(none);
  const parsed = parseShaped(text, shape);
  return parsed.ok ? parsed : fail({ reason: "ao-record-invalid", file, problem: parsed.failure });
}
