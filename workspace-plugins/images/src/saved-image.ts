import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { fail, ok, parseJson, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import { unpackArchive, writeArchived } from "./archive.ts";
import type { ArchivedFile } from "./archive.ts";
import type { EngineFailure } from "./engine-failure.ts";
import { ImageConfig } from "./image-config.ts";
import { normaliseStream } from "./layers/normalise-layer.ts";
import type { LayerFailure } from "./layers/read-layer.ts";
import type { Blob } from "./layers/write-digested.ts";

/** What became of a layer of an archive. */
export type SavedLayer =
  | { readonly state: "raw"; readonly file: string }
  | {
      readonly state: "normalised";
      readonly file: string;
      readonly blob: Result<Blob, LayerFailure>;
    }
  | { readonly state: "passed-over" };

/** Layers from the lowest on. */
export type SavedImage = { readonly config: ImageConfig; readonly layers: readonly SavedLayer[] };

export type SavedRequest = {
  /** Files of the archive go there. */
  readonly folder: string;
  /** Of files that nobody needs. */
  readonly unwantedSizes: ReadonlySet<number>;
  /** Layers stay as they are. */
  readonly isRaw: boolean;
};

/** A file that is worth to be treated on its way. Manifests and configs are smaller. */
export const largeBytes = 2 ** 20;

/** Of an archive of one image. */
const ArchiveManifest = z.tuple([z.object({ Config: z.string(), Layers: z.array(z.string()) })]);

/** Reads what an engine saves of one image; large layers are normalised on their way to the disk. */
export async function readSaved(
  archive: Readable,
  request: SavedRequest,
): Promise<Result<SavedImage, EngineFailure>> {
  const { folder } = request;
  const taken = new Map<string, SavedLayer>();
  const links = await unpackSaved(archive, folder, async (file) => {
    const name = path.posix.normalize(file.name);
    taken.set(name, await takeFile(file, request));
  });
  if (!links.ok) return links;
  const manifest = ArchiveManifest.safeParse(await readJson(folder, "manifest.json"));
  if (!manifest.success) return unclear("manifest.json", manifest.error);
  const [{ Config: configName, Layers: names }] = manifest.data;
  const config = ImageConfig.safeParse(await readJson(folder, configName));
  if (!config.success) return unclear(configName, config.error);
  const layers = names.map((name): SavedLayer => {
    const file = links.value.get(name) ?? path.posix.normalize(name);
    return taken.get(file) ?? { state: "raw", file: path.join(folder, file) };
  });
  return ok({ config: config.data, layers });
}

async function takeFile(
  file: ArchivedFile,
  { unwantedSizes, isRaw }: SavedRequest,
): Promise<SavedLayer> {
  const { place, sizeBytes, content } = file;
  if (unwantedSizes.has(sizeBytes)) return { state: "passed-over" };
  if (isRaw || sizeBytes < largeBytes) {
    await writeArchived(file);
    return { state: "raw", file: place };
  }
  // What is no layer fails, and nobody asks for it.
  const normalised = `${place}.normalised`;
  await mkdir(path.dirname(place), { recursive: true });
  const blob = await normaliseStream(content, sizeBytes, normalised);
  return { state: "normalised", file: normalised, blob };
}

/** An archive that breaks off is the engine's failure, or our own stop; a disk that is full is neither. */
async function unpackSaved(
  archive: Readable,
  folder: string,
  take: (file: ArchivedFile) => Promise<void>,
): Promise<Result<ReadonlyMap<string, string>, EngineFailure>> {
  const operation = "save";
  try {
    return ok(await unpackArchive(archive, folder, take));
  } catch (error) {
    const broken = archive.errored;
    if (broken === null) throw error;
    return broken.name === "AbortError"
      ? fail({ reason: "engine-interrupted", operation })
      : fail({ reason: "engine-lost", operation, detail: broken.message });
  }
}

/** `undefined` where there is no such file, or no JSON in it. */
export async function readJson(folder: string, name: string): Promise<unknown> {
  const text = await readTextIfPresent(path.join(folder, name));
  return parseJson(text ?? "");
}

function unclear(name: string, error: z.ZodError): Result<never, EngineFailure> {
  const detail = `${name}: ${z.prettifyError(error)}`;
  return fail({ reason: "engine-unclear", operation: "save", detail });
}
