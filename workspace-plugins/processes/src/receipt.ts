import path from "node:path";
import { fail, isDigest, ok, readTextIfPresent } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import { isBundleOf } from "./bundle.ts";
import type { ReceiptFailure } from "./failure.ts";
import { parseJson } from "./json.ts";

export const DigestText = z.string().refine(isDigest, "must be a SHA-256 digest");

const Receipt = z.strictObject({
  codeDigest: DigestText,
  modules: z.array(z.strictObject({ name: z.string(), file: z.string(), digest: DigestText })),
  handlers: z.array(z.string()),
  sizeBytes: z.int().nonnegative(),
});
export type Receipt = z.output<typeof Receipt>;

export const bundleFolder = "dist/ao-bundle";

export async function readReceipt(
  workspaceRoot: string,
  projectRoot: string,
): Promise<Result<Receipt, ReceiptFailure>> {
  const file = path.posix.join(projectRoot, bundleFolder, "receipt.json");
  const text = await readTextIfPresent(path.join(workspaceRoot, file));
  if (text === undefined) return fail({ reason: "ao-receipt-missing", file });
  const parsed = parseJson(text, Receipt);
  return parsed.ok ? parsed : fail({ reason: "ao-receipt-invalid", file, problem: parsed.failure });
}

/** The code to deploy, after its bytes were compared with the receipt: Nx does not do so after a restore. */
export async function readBundle(
  workspaceRoot: string,
  projectRoot: string,
  receipt: Receipt,
): Promise<Result<string, ReceiptFailure>> {
  const file = path.posix.join(projectRoot, bundleFolder, "bundle.lua");
  const text = await readTextIfPresent(path.join(workspaceRoot, file));
  if (text === undefined) return fail({ reason: "ao-receipt-missing", file });
  if (isBundleOf(receipt.codeDigest, text)) return ok(text);
  return fail({ reason: "ao-bundle-altered", file, codeDigest: receipt.codeDigest });
}
