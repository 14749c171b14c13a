import { readFile } from "node:fs/promises";
import path from "node:path";
import { digestOf, digestOfStream, fail, hexOf, isDigest, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { z } from "zod";
import type { PackagesFailure } from "./failure.ts";
import { fileChunks } from "./file-chunks.ts";
import { hasCode } from "@slipway/signature/read-text";
import { emptyConfig } from "./image-manifest.ts";
import { parseJsonFile } from "./json-file.ts";

export const packFolder = "dist/pack";

const digest = z.string().refine(isDigest);

const schema = z.strictObject({
  name: z.string(),
  version: z.string(),
  language: z.string(),
  integrity: digest,
  files: z.array(z.string()),
  manifestDigest: digest,
  layerDigest: digest,
});

/** What was packed; lies in `dist/pack/receipt.json`. */
export type PackReceipt = Readonly<z.output<typeof schema>>;

export type Packed = {
  readonly receipt: PackReceipt;
  readonly manifest: Buffer<ArrayBuffer>;
  /** Absolute; it may be larger than memory. */
  readonly layerFile: string;
};

export function blobFile(digestOfBlob: Digest): string {
  return path.join("blobs", "sha256", hexOf(digestOfBlob));
}

/** Bytes that came back from a cache are hashed before they go anywhere. */
export async function readPacked(folder: string): Promise<Result<Packed, PackagesFailure>> {
  const receiptFile = path.join(folder, "receipt.json");
  const text = await read(receiptFile);
  if (text === undefined) return fail({ reason: "package-file-missing", file: receiptFile });
  const receipt = parseJsonFile(receiptFile, text.toString("utf8"), schema);
  if (!receipt.ok) return receipt;
  const { manifestDigest, layerDigest } = receipt.value;
  const manifest = await readAs(path.join(folder, "manifest.json"), manifestDigest);
  if (!manifest.ok) return manifest;
  const layerFile = path.join(folder, blobFile(layerDigest));
  const layer = await checkedFile(layerFile, layerDigest);
  if (!layer.ok) return layer;
  const config = await readAs(
    path.join(folder, blobFile(digestOf(emptyConfig))),
    digestOf(emptyConfig),
  );
  if (!config.ok) return config;
  return ok({ receipt: receipt.value, manifest: manifest.value, layerFile });
}

async function readAs(
  file: string,
  expected: Digest,
): Promise<Result<Buffer<ArrayBuffer>, PackagesFailure>> {
  const bytes = await read(file);
  const actual = bytes === undefined ? "no file" : digestOf(bytes);
  if (bytes === undefined || actual !== expected) {
    return fail({ reason: "pack-damaged", file, expected, actual });
  }
  return ok(bytes);
}

async function checkedFile(
  file: string,
  expected: Digest,
): Promise<Result<undefined, PackagesFailure>> {
  const actual = await digestOfFile(file);
  return actual === expected
    ? ok(undefined)
    : fail({ reason: "pack-damaged", file, expected, actual });
}

async function digestOfFile(file: string): Promise<Digest | "no file"> {
  try {
    return (await digestOfStream(fileChunks(file))).digest;
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR"])) return "no file";
    throw error;
  }
}

async function read(file: string): Promise<Buffer<ArrayBuffer> | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR"])) return undefined;
    throw error;
  }
}
