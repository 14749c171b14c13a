import { createReadStream } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import path from "node:path";
import { readTextIfPresent } from "@slipway/signature/basics";
import { manifestName } from "../content.ts";
import { hasCode } from "@slipway/signature/read-text";
import { readFromLayer } from "../layer.ts";
import { parseForeignManifest } from "../manifest.ts";
import { recordedBuild, timeIn } from "./build.ts";
import { imagesName } from "./cache.ts";
import type { Cache } from "./cache.ts";
import { layerName, recordedImage } from "./image.ts";

/** What the cache holds under one reference, as its metadata has it. */
export type CacheEntry = {
  readonly kind: "build" | "image";
  readonly reference: string;
  /** Absolute. */
  readonly folder: string;
  /** When it was built or pulled. */
  readonly time: Date | undefined;
  /** Of all its files. */
  readonly sizeBytes: number;
  /** As far as it can be read. */
  readonly manifest: ManifestSummary | undefined;
};

export type ManifestSummary = {
  readonly version: string | undefined;
  readonly language: string | undefined;
  /** How many it needs to run. */
  readonly dependencies: number;
};

/** Builds, then images, in byte order of their folders; what has no metadata is none of them. */
export async function listCache(cache: Cache): Promise<readonly CacheEntry[]> {
  const entries: CacheEntry[] = [];
  for (const folder of await foldersIn(cache.folder)) {
    const build = path.basename(folder) === imagesName ? undefined : await recordedBuild(folder);
    if (build === undefined) continue;
    const sizeBytes = await sizeOf(folder);
    const time = timeIn(build.builtAt);
    const text = await readTextIfPresent(path.join(folder, manifestName));
    const manifest = summaryOf(text);
    entries.push({ kind: "build", reference: build.name, folder, time, sizeBytes, manifest });
  }
  for (const folder of await foldersIn(path.join(cache.folder, imagesName))) {
    const image = await recordedImage(folder);
    if (image === undefined) continue;
    const sizeBytes = await sizeOf(folder);
    const time = timeIn(image.createdAt);
    const layer = createReadStream(path.join(folder, layerName));
    const manifest = summaryOf((await readFromLayer(layer, manifestName))?.toString("utf8"));
    entries.push({ kind: "image", reference: image.ref, folder, time, sizeBytes, manifest });
  }
  return entries;
}

/** Of all files below, in bytes; links are not followed, and what goes meanwhile is not counted. */
export async function sizeOf(file: string): Promise<number> {
  try {
    const found = await lstat(file);
    if (!found.isDirectory()) return found.size;
    const names = await readdir(file);
    const sizes = await Promise.all(names.map((name) => sizeOf(path.join(file, name))));
    return sizes.reduce((sum, size) => sum + size, 0);
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR"])) return 0;
    throw error;
  }
}

function summaryOf(text: string | undefined): ManifestSummary | undefined {
  const read = parseForeignManifest(manifestName, text ?? "");
  if (!read.ok) return undefined;
  const { version, language, dependencies } = read.value;
  return { version, language: language?.name, dependencies: dependencies?.runtime?.length ?? 0 };
}

async function foldersIn(parent: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(parent, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => path.join(parent, entry.name))
      .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR"])) return [];
    throw error;
  }
}
