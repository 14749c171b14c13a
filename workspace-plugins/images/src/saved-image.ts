import path from "node:path";
import type { Readable } from "node:stream";
import { fail, ok, readTextIfPresent } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import { unpackArchive } from "./archive.ts";
import type { EngineFailure } from "./engine-failure.ts";
import { ImageConfig } from "./image-config.ts";

/** Layers as files, lowest first; `undefined` for one that was not wanted. */
export type SavedImage = {
  readonly config: ImageConfig;
  readonly layers: readonly (string | undefined)[];
};

/** Of an archive of one image. */
const ArchiveManifest = z.tuple([z.object({ Config: z.string(), Layers: z.array(z.string()) })]);

/** Writes what an engine saves of one image into `folder`, except for files of these sizes. */
export async function readSaved(
  archive: Readable,
  folder: string,
  unwantedSizes: ReadonlySet<number>,
): Promise<Result<SavedImage, EngineFailure>> {
  const unwanted = new Set<string>();
  const links = await unpackSaved(archive, folder, (name, sizeBytes) => {
    if (unwantedSizes.has(sizeBytes)) unwanted.add(path.posix.normalize(name));
    return !unwantedSizes.has(sizeBytes);
  });
  if (!links.ok) return links;
  const manifest = ArchiveManifest.safeParse(await readJson(folder, "manifest.json"));
  if (!manifest.success) return unclear("manifest.json", manifest.error);
  const [{ Config: configName, Layers: names }] = manifest.data;
  const config = ImageConfig.safeParse(await readJson(folder, configName));
  if (!config.success) return unclear(configName, config.error);
  const layers = names.map((name) => {
    const file = links.value.get(name) ?? path.posix.normalize(name);
    return unwanted.has(file) ? undefined : path.join(folder, file);
  });
  return ok({ config: config.data, layers });
}

/** An archive that breaks off is the engine's failure, or our own stop; a disk that is full is neither. */
async function unpackSaved(
  archive: Readable,
  folder: string,
  isWanted: (name: string, sizeBytes: number) => boolean,
): Promise<Result<ReadonlyMap<string, string>, EngineFailure>> {
  const operation = "save";
  try {
    return ok(await unpackArchive(archive, folder, isWanted));
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
  try {
    const value: unknown = JSON.parse(text ?? "");
    return value;
  } catch {
    return undefined;
  }
}

function unclear(name: string, error: z.ZodError): Result<never, EngineFailure> {
  const detail = `${name}: ${z.prettifyError(error)}`;
  return fail({ reason: "engine-unclear", operation: "save", detail });
}
