import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { EngineFailure } from "../engine-failure.ts";
import { normaliseStream } from "../layers/normalise-layer.ts";
import { writeDigested } from "../layers/write-digested.ts";
import type { SavedImage, SavedLayer } from "../saved-image.ts";
import { StoreDoubt } from "./store-doubt.ts";
import type { StoredImage, StoredLayer } from "./stored-image.ts";

export type StoredRequest = {
  /** Files of layers go there. */
  readonly folder: string;
  /** What becomes of each layer, from the lowest on; of others as of `normalise`. */
  readonly lower: readonly ("pass-over" | "keep")[];
};

/** Reads an image from the disk of its engine as if it had been saved. `undefined`: it cannot be had that way. */
export async function readStored(
  image: StoredImage,
  { folder, lower }: StoredRequest,
): Promise<Result<SavedImage, EngineFailure> | undefined> {
  await mkdir(folder, { recursive: true });
  const layers: SavedLayer[] = [];
  try {
    for (const [at, layer] of image.layers.entries()) {
      const file = path.join(folder, `${at}.tar`);
      layers.push(await takeLayer(layer, lower[at] ?? "normalise", file));
    }
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") {
      return fail({ reason: "engine-interrupted", operation: "save" });
    }
    if (!(error instanceof StoreDoubt)) throw error;
    await rm(folder, { recursive: true });
    return undefined;
  }
  return ok({ config: image.config, layers });
}

async function takeLayer(
  layer: StoredLayer,
  wish: "pass-over" | "keep" | "normalise",
  file: string,
): Promise<SavedLayer> {
  if (wish === "pass-over") return { state: "passed-over" };
  const { content, sizeBytes } = await layer.open();
  if (wish === "normalise") {
    return { state: "normalised", file, blob: await normaliseStream(content, sizeBytes, file) };
  }
  await writeDigested(content, file);
  return { state: "raw", file };
}
