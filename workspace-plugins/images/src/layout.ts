import { createReadStream } from "node:fs";
import { copyFile, mkdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import {
  digestOf,
  digestOfStream,
  exists,
  fail,
  hexOf,
  ok,
  parseDigest,
  writeFileAtomically,
  writeJson,
} from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { z } from "zod";
import type { EngineFailure } from "./engine-failure.ts";
import type { ImagesFailure } from "./failure.ts";
import { baseAnnotations, labelsOf, ownLabels } from "./image-labels.ts";
import type { ImageSubject } from "./image-labels.ts";
import type { Ingredients } from "./ingredients.ts";
import { ImageConfig, builtLabels, normaliseConfig } from "./image-config.ts";
import { normaliseLayer } from "./layers/normalise-layer.ts";
import type { LayerFailure } from "./layers/read-layer.ts";
import type { Blob } from "./layers/write-digested.ts";
import { receiptName } from "./receipt.ts";
import type { ImageReceipt } from "./receipt.ts";
import { annotationsOf, flatTable, readAnnotation } from "./recorded-ingredients.ts";
import { largeBytes, readJson, readSaved } from "./saved-image.ts";
import type { SavedImage } from "./saved-image.ts";
import type { StoredLayer } from "./sbom/image-files.ts";
import { imageSbom, sbomName } from "./sbom/image-sbom.ts";
import { readStored } from "./stored/read-stored.ts";
import type { StoredImage } from "./stored/stored-image.ts";

/** A layout that holds lower layers: its folder, relative to the workspace, and what it says it holds. */
export type Below = { readonly folder: string; readonly receipt: ImageReceipt };

export type LayoutRequest = {
  readonly workspaceRoot: string;
  /** Where the layout is written; empty. */
  readonly folder: string;
  readonly reference: string;
  readonly below: Below | undefined;
  /** Layers that somebody else made: they stay as they are. */
  readonly pulled?: readonly Digest[];
  readonly inputs: Readonly<Record<string, string>>;
  readonly agentVersion?: string;
  /** What its labels and annotations say. Without it, an image keeps the labels that it was built with. */
  readonly subject?: ImageSubject;
  /** Labels of a pulled image below. */
  readonly pulledLabels?: Labels;
};

type Labels = Readonly<Record<string, string>>;

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const configType = "application/vnd.oci.image.config.v1+json";
const layerType = "application/vnd.oci.image.layer.v1.tar";

/**
 * Turns what an engine saves into an OCI layout whose bytes depend only on the files of the image: clocks, host
 * names and build records are taken out, so the same content has the same image id on any machine.
 */
export async function layOutArchive(
  request: LayoutRequest,
  save: Save,
  find: () => Promise<StoredImage | undefined> = async () => undefined,
): Promise<Result<ImageReceipt, ImagesFailure>> {
  // An engine hands out the layers of the base each time, which are here. A layer above that has the size of one of
  // them is missed then: once more, with all.
  return (
    (await layOutStored(request, find)) ??
    (await layOutSaved(request, save, await sizesBelow(request))) ??
    (await layOutSaved(request, save, new Set())) ??
    layerMissing()
  );
}

/** Asks the engine for the archive of the image. */
type Save = () => Promise<Result<Readable, EngineFailure>>;

/** `undefined`: not all that is needed is there. */
async function layOutStored(
  request: LayoutRequest,
  find: () => Promise<StoredImage | undefined>,
): Promise<Result<ImageReceipt, ImagesFailure> | undefined> {
  const image = await find();
  if (image === undefined) return undefined;
  const { below } = request;
  const lower =
    below === undefined
      ? pulledLayers(request).map(() => "keep" as const)
      : below.receipt.diffIds.map(() => "pass-over" as const);
  const saved = await readStored(image, { folder: savedFolder(request), lower });
  if (saved === undefined || !saved.ok) return saved;
  return layOutLayers(request, saved.value);
}

function savedFolder({ folder }: LayoutRequest): string {
  return path.join(folder, ".saved");
}

function pulledLayers({ below, pulled = [] }: LayoutRequest): readonly Digest[] {
  return below === undefined ? pulled : [];
}

async function sizesBelow({ below, workspaceRoot }: LayoutRequest): Promise<ReadonlySet<number>> {
  if (below === undefined) return new Set();
  const { receipt, folder } = below;
  const folders = foldersOf(workspaceRoot, [...receipt.below, folder]);
  const blobs = await Promise.all(receipt.diffIds.map(async (digest) => findBlob(digest, folders)));
  const sizes = blobs.flatMap((blob) => (blob === undefined ? [] : [blob.sizeBytes]));
  return new Set(sizes.filter((sizeBytes) => sizeBytes >= largeBytes));
}

function layerMissing(): Result<never, EngineFailure> {
  const detail = "the archive has not all layers of its manifest";
  return fail({ reason: "engine-unclear", operation: "save", detail });
}

/** `undefined`: a layer is needed that was not taken from the archive, for its size. */
async function layOutSaved(
  request: LayoutRequest,
  save: Save,
  unwantedSizes: ReadonlySet<number>,
): Promise<Result<ImageReceipt, ImagesFailure> | undefined> {
  const archive = await save();
  if (!archive.ok) return archive;
  const isRaw = pulledLayers(request).length > 0;
  const folder = savedFolder(request);
  const saved = await readSaved(archive.value, { folder, unwantedSizes, isRaw });
  return saved.ok ? layOutLayers(request, saved.value) : saved;
}

/** `undefined`: a layer is needed that was passed over. */
async function layOutLayers(
  request: LayoutRequest,
  { config, layers }: SavedImage,
): Promise<Result<ImageReceipt, ImagesFailure> | undefined> {
  const pulled = pulledLayers(request);
  const lower = request.below?.receipt.diffIds ?? pulled;
  const at = lower.findIndex((diffId, index) => config.rootfs.diff_ids[index] !== diffId);
  if (at !== -1) {
    return fail({
      reason: "base-changed",
      reference: request.reference,
      expected: lower[at] ?? "",
      found: config.rootfs.diff_ids[at] ?? "no layer",
    });
  }
  const upper: Blob[] = [];
  for (const [index, layer] of layers.entries()) {
    const isPulled = index < pulled.length;
    if (index < lower.length && !isPulled) continue;
    if (layer.state === "passed-over") return undefined;
    if (layer.state === "raw" && isPulled) upper.push(await keepLayer(request.folder, layer.file));
    else {
      const added = await (layer.state === "raw"
        ? addLayer(request.folder, layer.file)
        : placeLayer(request.folder, layer));
      if (!added.ok) return added;
      upper.push(added.value);
    }
  }
  await rm(savedFolder(request), { recursive: true });
  return ok(await writeLayout(request, config, upper));
}

/** Writes a normalised copy of a layer among the blobs and answers its digest. */
export async function addLayer(folder: string, layer: string): Promise<Result<Blob, LayerFailure>> {
  const blobs = path.join(folder, "blobs", "sha256");
  await mkdir(blobs, { recursive: true });
  const unnamed = path.join(blobs, ".layer");
  const blob = await normaliseLayer(layer, unnamed);
  if (blob.ok) await rename(unnamed, path.join(blobs, hexOf(blob.value.digest)));
  return blob;
}

/** A layer that is normalised already. An image that has it twice has it in one file. */
async function placeLayer(
  folder: string,
  { file, blob }: { readonly file: string; readonly blob: Result<Blob, LayerFailure> },
): Promise<Result<Blob, LayerFailure>> {
  if (!blob.ok) return blob;
  const place = blobFile(folder, blob.value.digest);
  await mkdir(path.dirname(place), { recursive: true });
  if (!(await exists(place))) await rename(file, place);
  return blob;
}

/** The bytes of a layer among the blobs, as they are. */
async function keepLayer(folder: string, layer: string): Promise<Blob> {
  const { digest, sizeBytes } = await digestOfStream(createReadStream(layer));
  const file = blobFile(folder, digest);
  await mkdir(path.dirname(file), { recursive: true });
  // The archive of an image that has a layer twice has it in one file.
  await copyFile(layer, file);
  return { digest, sizeBytes };
}

/** The layout of an image that is another one under a name of its own: it has that one's config, and no layer. */
export async function layOutAlias(
  request: LayoutRequest & { readonly below: Below },
): Promise<Result<ImageReceipt, ImagesFailure>> {
  const { receipt, folder } = request.below;
  const config = await readConfig(path.join(request.workspaceRoot, folder), receipt.imageId);
  return config !== undefined
    ? ok(await writeLayout(request, config, []))
    : fail({
        reason: "layout-damaged",
        digest: receipt.imageId,
        folder,
        target: receipt.reference,
      });
}

/** Whether every blob of an image is there, in its layout or below; their bytes are looked at when they are used. */
export async function hasBlobs(
  workspaceRoot: string,
  folder: string,
  receipt: ImageReceipt,
): Promise<boolean> {
  const folders = foldersOf(workspaceRoot, [...receipt.below, folder]);
  const digests = [receipt.imageId, receipt.manifestDigest, ...receipt.diffIds];
  const found = await Promise.all(digests.map(async (digest) => findBlob(digest, folders)));
  return found.every((blob) => blob !== undefined);
}

/** Config, manifest, index and receipt over `upper`, whose blobs are in place (OCI image-spec, image-layout.md). */
export async function writeLayout(
  request: LayoutRequest,
  config: ImageConfig,
  upper: readonly Blob[],
): Promise<ImageReceipt> {
  const { folder, below, reference } = request;
  const lower = below?.receipt.diffIds ?? [];
  const diffIds = [...lower, ...upper.map((layer) => layer.digest)];
  const labels = await labelsFor(request, config);
  const configBlob = await addJson(folder, normaliseConfig(config, labels, diffIds));
  const belowFolders = below === undefined ? [] : [...below.receipt.below, below.folder];
  const lowerSizes = await Promise.all(
    lower.map(async (digest) => {
      const blob = await blobIn(digest, foldersOf(request.workspaceRoot, belowFolders));
      return blob.sizeBytes;
    }),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: configType, digest: configBlob.digest, size: configBlob.sizeBytes },
    layers: [
      ...lower.map((digest, at) => ({ mediaType: layerType, digest, size: lowerSizes[at] })),
      ...upper.map(({ digest, sizeBytes }) => ({ mediaType: layerType, digest, size: sizeBytes })),
    ],
    annotations: {
      ...baseAnnotationsOf(request),
      ...annotationsOf(flatTable(request.inputs, await tableBelow(request))),
    },
  };
  const manifestBlob = await addJson(folder, manifest);
  await writeJson(path.join(folder, "oci-layout"), { imageLayoutVersion: "1.0.0" });
  await writeJson(path.join(folder, "index.json"), {
    schemaVersion: 2,
    manifests: [
      {
        mediaType: manifestType,
        digest: manifestBlob.digest,
        size: manifestBlob.sizeBytes,
        platform: { os: config.os, architecture: config.architecture },
        annotations: { "org.opencontainers.image.ref.name": reference },
      },
    ],
  });
  const layers = await layersIn(diffIds, [
    ...foldersOf(request.workspaceRoot, belowFolders),
    folder,
  ]);
  const { digest: manifestDigest } = manifestBlob;
  const sbom = await imageSbom({ reference, manifestDigest, layers });
  await writeFileAtomically(path.join(folder, sbomName), sbom);
  const receipt: ImageReceipt = {
    schema: 1,
    reference,
    imageId: configBlob.digest,
    manifestDigest,
    platform: { os: config.os, architecture: config.architecture },
    diffIds,
    below: belowFolders,
    inputs: { ...request.inputs },
    ...(request.agentVersion === undefined ? {} : { agentVersion: request.agentVersion }),
  };
  await writeJson(path.join(folder, receiptName), receipt);
  return receipt;
}

const Annotated = z.object({ annotations: z.record(z.string(), z.string()).optional() });

/** What the manifest of a layout says that it was made from. `undefined`: nothing. */
export async function readLayoutTable(
  folder: string,
  manifest: Digest,
): Promise<Ingredients | undefined> {
  const parsed = Annotated.safeParse(await readJson(folder, blobName(manifest)));
  return readAnnotation(parsed.data?.annotations);
}

async function tableBelow({ workspaceRoot, below }: LayoutRequest) {
  if (below === undefined) return undefined;
  return readLayoutTable(path.join(workspaceRoot, below.folder), below.receipt.manifestDigest);
}

async function layersIn(
  diffIds: readonly Digest[],
  folders: readonly string[],
): Promise<readonly StoredLayer[]> {
  return Promise.all(
    diffIds.map(async (digest) => ({ digest, file: (await blobIn(digest, folders)).file })),
  );
}

type FoundBlob = { readonly file: string; readonly sizeBytes: number };

/** Where a blob of one of these layouts lies: the nearest layout that has it. */
export async function findBlob(
  digest: Digest,
  folders: readonly string[],
): Promise<FoundBlob | undefined> {
  for (const folder of folders.toReversed()) {
    const file = blobFile(folder, digest);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() === true) return { file, sizeBytes: found.size };
  }
  return undefined;
}

/** Whether the file is the bytes that its name says: Nx restores what it has without looking. */
export async function isBlobWhole(file: string, digest: Digest): Promise<boolean> {
  return (await digestOfStream(createReadStream(file))).digest === digest;
}

export function blobFile(folder: string, digest: Digest): string {
  return path.join(folder, blobName(digest));
}

function blobName(digest: Digest): string {
  return path.posix.join("blobs", "sha256", hexOf(digest));
}

function foldersOf(workspaceRoot: string, relative: readonly string[]): readonly string[] {
  return relative.map((folder) => path.join(workspaceRoot, folder));
}

async function blobIn(digest: Digest, folders: readonly string[]): Promise<FoundBlob> {
  const blob = await findBlob(digest, folders);
  if (blob === undefined) throw new Error(`internal: no layout holds layer ${digest}`);
  return blob;
}

async function addJson(folder: string, value: unknown): Promise<Blob> {
  const text = JSON.stringify(value);
  const digest = digestOf(text);
  await writeFileAtomically(blobFile(folder, digest), text);
  return { digest, sizeBytes: Buffer.byteLength(text) };
}

async function labelsFor(
  { subject, agentVersion, below, pulledLabels, workspaceRoot }: LayoutRequest,
  config: ImageConfig,
): Promise<Labels> {
  const built = builtLabels(config);
  if (subject === undefined) return built;
  const lower =
    below === undefined
      ? pulledLabels
      : (await readConfig(path.join(workspaceRoot, below.folder), below.receipt.imageId))?.config
          ?.Labels;
  return ownLabels(built, lower ?? {}, labelsOf(subject, agentVersion));
}

function baseAnnotationsOf({ subject, below, inputs }: LayoutRequest): Labels {
  if (subject === undefined) return {};
  const pulled = parseDigest(inputs["from-image"] ?? "");
  return baseAnnotations(subject, below?.receipt.manifestDigest ?? pulled);
}

/** `undefined`: it is not there, or no config. */
async function readConfig(folder: string, id: Digest): Promise<ImageConfig | undefined> {
  return ImageConfig.safeParse(await readJson(folder, blobName(id))).data;
}
