import path from "node:path";
import { DigestText } from "@slipway/definitions/digest-text";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import { doubtKinds } from "./doubts.ts";
import type { ReceiptFailure } from "../failure.ts";
import { handlerWays } from "./lua-handlers.ts";
import { bundleFolder, readBundled } from "../receipt.ts";

/** Of the bundles' form: another one, and equal sources are other bytes. */
export const bundlerVersion = 2;

/** Files are relative to the project; lines and columns count from 1. */
const Spot = z.strictObject({
  file: z.string(),
  line: z.int().positive(),
  column: z.int().positive(),
});

const FileOfBundle = z.strictObject({
  file: z.string(),
  /** Of the text with LF line ends, before it was made shorter. */
  digest: DigestText,
  requires: z.array(z.string()),
});

/** What one bundle was made from, and what it does to a process; beside it as `manifest.json`. */
export const Manifest = z.strictObject({
  version: z.literal(2),
  codeDigest: DigestText,
  sizeBytes: z.int().nonnegative(),
  bundler: z.strictObject({
    version: z.literal(bundlerVersion),
    minify: z.boolean(),
    external: z.array(z.string()),
    /** Folders where `require` looked, in this order. */
    modules: z.array(z.string()),
  }),
  source: FileOfBundle,
  modules: z.array(FileOfBundle.extend({ name: z.string() })),
  /** In the order of names; one name can be added in several places. */
  handlers: z.array(z.strictObject({ name: z.string(), how: z.enum(handlerWays), at: Spot })),
  /** Assigned by the code, each at the first place; `lazily`: only in functions, so maybe never. */
  globals: z.array(z.strictObject({ name: z.string(), lazily: z.boolean(), at: Spot })),
  /** What may be a mistake, and may be meant. */
  doubts: z.array(z.strictObject({ kind: z.enum(doubtKinds), about: z.string(), at: Spot })),
});
export type Manifest = z.output<typeof Manifest>;

/** As `ao-bundle` left it beside the bundle. */
export async function readManifest(
  workspaceRoot: string,
  projectRoot: string,
  process: string,
): Promise<Result<Manifest, ReceiptFailure>> {
  const file = path.posix.join(projectRoot, bundleFolder, process, "manifest.json");
  return readBundled(workspaceRoot, file, Manifest);
}
