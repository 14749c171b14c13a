import { stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fail, ok, parseJson, readTextIfPresent, replaceFolder } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { CacheFailure } from "../failure.ts";
import { fieldIn, isOptionalText } from "../json-file.ts";
import { timeIn } from "./build.ts";
import { imageFolder, isPlaceOf } from "./cache.ts";
import type { Cache, CacheReference } from "./cache.ts";

export const layerName = "layer.tar";
const metadataName = "metadata.json";

/** A package as a registry has it: one uncompressed tar. */
export type CachedImage = {
  readonly reference: CacheReference;
  readonly folder: string;
  /** Absolute. */
  readonly layerFile: string;
  readonly sizeBytes: number;
  readonly createdAt: Date | undefined;
};

/** Of an image, as aigg writes it. */
type Metadata = { readonly ref: string; readonly createdAt: string | undefined };

/**
 * aigg's shape. `writeLayer` writes the layer to the file it is given; where it fails or stops, what lay there before
 * stays. An image of another reference in the same place is not replaced.
 */
export async function writeImage<Failure>(
  cache: Cache,
  reference: CacheReference,
  writeLayer: (layerFile: string) => Promise<Result<unknown, Failure>>,
  createdAt: Date,
): Promise<Result<CachedImage, Failure | CacheFailure>> {
  const before = await findImage(cache, reference);
  if (!before.ok && before.failure.reason === "cache-place-taken") return before;
  const folder = imageFolder(cache, reference);
  return replaceFolder(folder, async (partial) => {
    const layer = path.join(partial, layerName);
    const written = await writeLayer(layer);
    if (!written.ok) return written;
    const { size } = await stat(layer);
    const metadata = { ref: reference, created_at: createdAt.toISOString(), size };
    await writeFile(path.join(partial, metadataName), JSON.stringify(metadata, undefined, 2));
    const layerFile = path.join(folder, layerName);
    return ok({ reference, folder, layerFile, sizeBytes: size, createdAt });
  });
}

/** `undefined` where nothing was pulled, or a pull of aigg broke off. */
export async function findImage(
  cache: Cache,
  reference: CacheReference,
): Promise<Result<CachedImage | undefined, CacheFailure>> {
  const folder = imageFolder(cache, reference);
  const recorded = await recordedImage(folder);
  if (recorded === undefined) return ok(undefined);
  if (recorded.ref !== reference) {
    return fail({ reason: "cache-place-taken", reference, takenBy: recorded.ref, folder });
  }
  const layerFile = path.join(folder, layerName);
  const layer = await stat(layerFile).catch(() => undefined);
  if (layer?.isFile() !== true) return fail({ reason: "cache-entry-damaged", reference, folder });
  const createdAt = timeIn(recorded.createdAt);
  return ok({ reference, folder, layerFile, sizeBytes: layer.size, createdAt });
}

export async function recordedImage(folder: string): Promise<Metadata | undefined> {
  const text = await readTextIfPresent(path.join(folder, metadataName));
  const metadata = parseJson(text ?? "");
  const ref = fieldIn(metadata, "ref");
  const createdAt = fieldIn(metadata, "created_at");
  if (typeof ref !== "string" || !isOptionalText(createdAt)) return undefined;
  return isPlaceOf(path.basename(folder), ref) ? { ref, createdAt } : undefined;
}
