import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { formatReference, parseShortReference } from "@slipway/registry";
import type { Reference, Registry, RegistryFailure } from "@slipway/registry";
import { fail, ok } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { parseCacheReference } from "../cache/cache.ts";
import type { Cache } from "../cache/cache.ts";
import { writeImage } from "../cache/image.ts";
import type { PackagesFailure } from "../failure.ts";
import { fileChunks } from "../file-chunks.ts";
import { findLayer, unusable } from "../fetch.ts";
import { layerLimits } from "../layer-limits.ts";
import { LimitReached, openSource, unpacked } from "../layer-source.ts";
import { extractLayer } from "../layer.ts";
import { writeChunks } from "../write-chunks.ts";
import { removeTree } from "../remove-tree.ts";
import type { RemoteCause } from "./failure.ts";

export type PullOptions = {
  /** As typed; the tag is `latest` where it has none. */
  readonly reference: string;
  readonly cache: Cache;
  readonly registry: Registry;
  readonly progress: (line: string) => void;
  readonly now: Date;
};

type Failure = PackagesFailure | RegistryFailure;

/**
 * Brings a package into the cache as aigg keeps it: one tar, uncompressed. It streams to disk, is verified on the way,
 * and is kept only if all of it may be unpacked.
 */
export async function pullPackage(
  options: PullOptions,
): Promise<Result<Outcome<RemoteCause>, Failure>> {
  const { reference: text, cache, progress, now } = options;
  const reference = parseShortReference(text);
  if (!reference.ok) return reference;
  const cached = parseCacheReference(text);
  if (!cached.ok) return cached;
  progress(`Pulling ${formatReference(reference.value)}`);
  const image = await writeImage<Failure>(
    cache,
    cached.value,
    async (layerFile) => fetchLayer(options, reference.value, layerFile),
    now,
  );
  if (!image.ok) return image;
  const { layerFile, sizeBytes } = image.value;
  const facts = { reference: formatReference(reference.value), layer: layerFile, bytes: sizeBytes };
  return ok({ state: "done", cause: "pulled", facts });
}

async function fetchLayer(
  { registry, reference: text }: PullOptions,
  reference: Reference,
  layerFile: string,
): Promise<Result<undefined, Failure>> {
  const found = await findLayer(registry, reference);
  if (found.state === "missing") {
    return fail({ reason: "package-missing", reference: text, immutable: undefined });
  }
  if (found.state !== "present") return fail(found.failure);
  if (found.layer.sizeBytes > layerLimits.compressedBytes) {
    return fail(unusable(reference, "layer-too-large").failure);
  }
  const blob = await registry.readBlob(reference, found.layer, async (chunks) =>
    writeUnpacked(chunks, layerFile),
  );
  if (blob.state === "missing") return fail(unusable(reference, "layer-missing").failure);
  if (blob.state === "unknown") return fail(blob.failure);
  if (blob.value !== undefined) return fail({ ...blob.value, reference: text });
  return checkLayer(layerFile, text);
}

type Refusal = {
  readonly reason: "layer-refused";
  readonly entry: string;
  readonly problem: LimitReached["problem"];
  readonly most: number;
};

/** The source is read to its end in any case, so that its digest is known. */
async function writeUnpacked(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
): Promise<Refusal | undefined> {
  const source = openSource(chunks);
  // Of a try before.
  await rm(file, { force: true });
  try {
    await writeChunks(file, unpacked(source, layerLimits));
    await source.finish();
    return undefined;
  } catch (error) {
    await source.finish();
    if (!(error instanceof LimitReached)) throw error;
    const { problem, most } = error;
    return { reason: "layer-refused", entry: "the layer", problem, most };
  }
}

/** Unpacks it once, to see that this can be done. */
async function checkLayer(
  layerFile: string,
  reference: string,
): Promise<Result<undefined, Failure>> {
  const scratch = path.join(path.dirname(layerFile), "files");
  await mkdir(scratch);
  try {
    const extracted = await extractLayer(fileChunks(layerFile), scratch);
    if (extracted.ok) return ok(undefined);
    return fail({ reason: "layer-refused", reference, ...extracted.failure });
  } finally {
    await removeTree(scratch);
  }
}
