import path from "node:path";
import { DigestText } from "@slipway/definitions/digest-text";
import { parseJson, readTextIfPresent } from "@slipway/signature/basics";
import { z } from "zod";

/**
 * What an image is, for those who build on it, load it and run it. It stands beside the image's OCI layout, whose
 * own blobs are those that `below` does not have: a layout below another one is found by its receipt.
 */
export const ImageReceipt = z.strictObject({
  schema: z.literal(1),
  /** What the engine calls it, for example `slipway/codex:debian`. */
  reference: z.string(),
  /** Digest of the config, which is the engine's image id. */
  imageId: DigestText,
  manifestDigest: DigestText,
  platform: z.strictObject({ os: z.string(), architecture: z.string() }),
  /** Uncompressed digests of all layers, lowest first. */
  diffIds: z.array(DigestText),
  /** Workspace-relative folders of the layouts that hold the lower layers, lowest first. */
  below: z.array(z.string()),
  /** Digests of what it was made from, by name. */
  inputs: z.record(z.string(), z.string()),
  /** The agent's version, as `version.sh` said and the built image answered. */
  agentVersion: z.string().optional(),
});
export type ImageReceipt = z.output<typeof ImageReceipt>;

export const receiptName = "receipt.json";

/** `undefined` where there is no receipt, or one that is not whole: then the image has to be made again. */
export async function readImageReceipt(folder: string): Promise<ImageReceipt | undefined> {
  const text = await readTextIfPresent(path.join(folder, receiptName));
  return text === undefined ? undefined : ImageReceipt.safeParse(parseJson(text)).data;
}
