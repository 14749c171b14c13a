import path from "node:path";
import { DigestText } from "@slipway/definitions/digest-text";
import { digestOf, fail, ok, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import { Slug } from "./definition/words.ts";
import type { ReceiptFailure } from "./failure.ts";
import { parseShaped } from "./json.ts";

const BundledProcess = z.strictObject({
  codeDigest: DigestText,
  handlers: z.array(z.string()),
  sizeBytes: z.int().nonnegative(),
});
export type BundledProcess = z.output<typeof BundledProcess>;

const Receipt = z.strictObject({
  version: z.literal(2),
  processes: z.record(Slug, BundledProcess),
});
export type Receipt = z.output<typeof Receipt>;

export const bundleFolder = "dist/ao-bundle";

export async function readReceipt(
  workspaceRoot: string,
  projectRoot: string,
): Promise<Result<Receipt, ReceiptFailure>> {
  const file = path.posix.join(projectRoot, bundleFolder, "receipt.json");
  return readBundled(workspaceRoot, file, Receipt);
}

/** What `ao-bundle` left in a file. */
export async function readBundled<Shape extends z.ZodType>(
  workspaceRoot: string,
  file: string,
  shape: Shape,
): Promise<Result<z.output<Shape>, ReceiptFailure>> {
  const text = await readTextIfPresent(path.join(workspaceRoot, file));
  if (text === undefined) return fail({ reason: "ao-receipt-missing", file });
  const parsed = parseShaped(text, shape);
  return parsed.ok ? parsed : fail({ reason: "ao-receipt-invalid", file, problem: parsed.failure });
}

/** The code of one process, after its bytes were compared with the receipt: Nx does not do so after a restore. */
export async function readBundle(
  workspaceRoot: string,
  projectRoot: string,
  process: string,
  { codeDigest }: BundledProcess,
): Promise<Result<string, ReceiptFailure>> {
  const file = path.posix.join(projectRoot, bundleFolder, process, "bundle.lua");
  const code = await readTextIfPresent(path.join(workspaceRoot, file));
  if (code === undefined) return fail({ reason: "ao-receipt-missing", file });
  return digestOf(code) === codeDigest
    ? ok(code)
    : fail({ reason: "ao-bundle-altered", file, codeDigest });
}
