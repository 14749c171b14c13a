import { rm } from "node:fs/promises";
import path from "node:path";
import { parseJson, readTextIfPresent, writeJson } from "@slipway/signature/basics";
import { z } from "zod";
import { isEqualTable } from "../ingredients.ts";
import type { Ingredients } from "../ingredients.ts";

/** The last build of an image, which failed. */
const FailedBuild = z.object({
  schema: z.literal(1),
  ingredients: z.record(z.string(), z.string()),
  failedAt: z.iso.datetime().transform((text) => new Date(text)),
  /** In a row, from these ingredients. */
  times: z.int().min(1),
  logFile: z.string().optional(),
});
export type FailedBuild = z.output<typeof FailedBuild>;

const firstWaitMs = 10 * 60 * 1000;
const longestWaitMs = 6 * 60 * 60 * 1000;

/** When to try again: after ten minutes, then after twice as long each time, six hours at most. */
export function nextTry({ failedAt, times }: Pick<FailedBuild, "failedAt" | "times">): Date {
  const waitMs = Math.min(firstWaitMs * 2 ** (times - 1), longestWaitMs);
  return new Date(failedAt.getTime() + waitMs);
}

/** `root` holds layouts and logs. `undefined`: the last build was none that failed from these ingredients. */
export async function failedBuild(
  root: string,
  reference: string,
  ingredients: Ingredients,
): Promise<FailedBuild | undefined> {
  const text = await readTextIfPresent(fileOf(root, reference));
  const read = FailedBuild.safeParse(parseJson(text ?? ""));
  return read.success && isEqualTable(read.data.ingredients, ingredients) ? read.data : undefined;
}

export async function noteFailedBuild(
  root: string,
  reference: string,
  of: {
    readonly ingredients: Ingredients;
    readonly at: Date;
    readonly logFile: string | undefined;
  },
): Promise<void> {
  const { ingredients, at, logFile } = of;
  const before = await failedBuild(root, reference, ingredients);
  await writeJson(fileOf(root, reference), {
    schema: 1,
    ingredients,
    failedAt: at.toISOString(),
    times: (before?.times ?? 0) + 1,
    ...(logFile === undefined ? {} : { logFile }),
  });
}

export async function forgetFailedBuild(root: string, reference: string): Promise<void> {
  await rm(fileOf(root, reference), { force: true });
}

function fileOf(root: string, reference: string): string {
  return path.join(root, ".slipway", "failed-builds", `${encodeURIComponent(reference)}.json`);
}
