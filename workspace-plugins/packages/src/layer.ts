import { chmodSync, createWriteStream, mkdirSync } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { Descriptor } from "@slipway/registry";
import { fail, ok, openDigest } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import tar from "tar-stream";
import type { Extract, ExtractEvents, Header, Pack } from "tar-stream";
import { inByteOrder, manifestName } from "./content.ts";
import type { PackageFile } from "./content.ts";
import type { EntryProblem, PackagesFailure } from "./failure.ts";
import { fileChunks } from "./file-chunks.ts";
import { hasCode } from "@slipway/signature/read-text";
import { layerLimits } from "./layer-limits.ts";
import type { LayerLimits } from "./layer-limits.ts";
import { LimitReached, openSource, unpacked } from "./layer-source.ts";
import type { Source } from "./layer-source.ts";
import { openTarEnd } from "./tar-end.ts";
import type { TarEnd } from "./tar-end.ts";
import { writeChunks } from "./write-chunks.ts";
import { isPackagePath, openPathTree, pathProblem } from "./package-path.ts";
import type { PackagePath, PathTree } from "./package-path.ts";

export type LayerProblem = {
  readonly entry: string;
  readonly problem: EntryProblem;
  /** The limit, where the problem is one. */
  readonly most?: number;
};

type Extracted = Result<readonly PackagePath[], LayerProblem>;
type Entry = ExtractEvents["entry"][1];

/** Some writers put this first; it is no file of the package and outside its integrity. */
export const metadataName = ".aigogo-manifest.json";
const mostManifestBytes = 1024 * 1024;

/** An uncompressed tar of regular files alone, since aigg makes a file of any other entry; equal files, equal bytes. */
export async function writeLayer(files: readonly PackageFile[]): Promise<Buffer<ArrayBuffer>> {
  const pack = tar.pack();
  for (const file of inByteOrder(files)) {
    pack.entry({ name: file.path, mode: 0o644, mtime: new Date(0) }, Buffer.from(file.bytes));
  }
  pack.finalize();
  return Buffer.from(await buffer(pack));
}

/** A file of a package, and where on disk its bytes are; absolute. */
export type LayerSource = { readonly path: PackagePath; readonly file: string };

export type WrittenLayer = {
  readonly layer: Descriptor;
  readonly integrity: Digest;
  readonly manifest: Buffer;
};

/**
 * The same bytes as `writeLayer` in a file, and the integrity of exactly those, however large they are: each file is
 * read once. One of them has to be `aigogo.json`.
 */
export async function writeLayerFile(
  sources: readonly LayerSource[],
  target: string,
  signal: AbortSignal,
): Promise<Result<WrittenLayer, PackagesFailure>> {
  const pack = tar.pack();
  const layerDigest = openDigest();
  const writing = pipeline(seen(pack, layerDigest.update), createWriteStream(target));
  // It may fail before anybody waits for it.
  writing.catch(() => {});
  const integrity = openDigest();
  const manifest: Uint8Array[] = [];
  for (const source of inByteOrder(sources)) {
    integrity.update(`${source.path}\0`);
    const see = (chunk: Uint8Array): void => {
      integrity.update(chunk);
      if (source.path === manifestName) manifest.push(chunk);
    };
    const failure = await addFile(pack, source, see, signal);
    if (failure !== undefined) return fail(await brokenOff(failure, pack, writing));
    integrity.update("\0");
  }
  pack.finalize();
  await writing;
  if (manifest.length === 0) throw new Error("internal: a layer without its manifest");
  integrity.update("__manifest__\0");
  for (const chunk of manifest) integrity.update(chunk);
  return ok({
    layer: layerDigest.end(),
    integrity: integrity.end().digest,
    manifest: Buffer.concat(manifest),
  });
}

type Broken = PackagesFailure | { readonly reason: "not-written"; readonly cause: unknown };

/** What kept the whole file from the layer. */
async function addFile(
  pack: Pack,
  { path: name, file }: LayerSource,
  see: (chunk: Uint8Array) => void,
  signal: AbortSignal,
): Promise<Broken | undefined> {
  const size = await sizeOf(file);
  if (size === undefined) return { reason: "source-changed", path: name };
  try {
    const entry = pack.entry({ name, mode: 0o644, mtime: new Date(0), size });
    await pipeline(seen(fileChunks(file), see), entry, { signal });
    return undefined;
  } catch (cause) {
    if (signal.aborted) return { reason: "packages-stopped" };
    if ((await sizeOf(file)) !== size) return { reason: "source-changed", path: name };
    return { reason: "not-written", cause };
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (hasCode(error, ["ENOENT"])) return undefined;
    throw error;
  }
}

/** What the disk has against the layer says more than that it broke off. */
async function brokenOff(
  failure: Broken,
  pack: Pack,
  writing: Promise<void>,
): Promise<PackagesFailure> {
  pack.destroy(new Error("broken off"));
  try {
    await writing;
  } catch (error) {
    if (error instanceof Error && "syscall" in error) throw error;
  }
  if (failure.reason === "not-written") throw failure.cause;
  return failure;
}

async function* seen(
  chunks: AsyncIterable<unknown>,
  see: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) throw new Error("internal: a stream of texts");
    see(chunk);
    yield chunk;
  }
}

/**
 * Writes the files of a tar, which may be compressed by gzip or zstd, into an empty folder, read-only, and answers their
 * paths in the tar's order. Nothing is kept in memory. After a problem the folder holds a part; the source is read to
 * its end in any case, so that who verifies it comes to a verdict. What the source throws passes through.
 */
export async function extractLayer(
  chunks: AsyncIterable<Uint8Array>,
  folder: string,
  limits: LayerLimits = layerLimits,
): Promise<Extracted> {
  const source = openSource(chunks);
  const extracted = await extractFrom(source, folder, limits);
  await source.finish();
  return extracted;
}

/** One file of an uncompressed layer, read no further; `undefined` where there is none, or one larger than a manifest. */
export async function readFromLayer(layer: Readable, name: string): Promise<Buffer | undefined> {
  const extract = tar.extract();
  // A layer that is no tar, or that goes away, has no such file; who waits below sees the same error.
  const reading = pipeline(layer, extract).catch(() => undefined);
  try {
    for await (const entry of extract) {
      if (!Number.isSafeInteger(entry.header.size)) return undefined;
      if (entry.header.name !== name) entry.resume();
      else return (entry.header.size ?? 0) > mostManifestBytes ? undefined : await buffer(entry);
    }
    return undefined;
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  } finally {
    layer.destroy();
    await reading;
  }
}

async function extractFrom(
  source: Source,
  folder: string,
  limits: LayerLimits,
): Promise<Extracted> {
  const extract = tar.extract();
  const end = openTarEnd();
  const feeding = feed(seenBy(end, unpacked(source, limits)), extract);
  try {
    const paths: PackagePath[] = [];
    const taking: Taking = { folder, limits, tree: openPathTree(), paths };
    for await (const entry of extract) {
      const { size, type } = entry.header;
      const dataBytes = type === "directory" || !Number.isSafeInteger(size) ? 0 : size;
      if (end.isBefore({ dataAt: entry.offset + headerBytes, dataBytes })) break;
      const taken = await take(entry, taking);
      if (!taken.ok) return taken;
    }
    return ok(paths);
  } catch (error) {
    const broken = await feeding;
    if (broken instanceof LimitReached) {
      return fail({ entry: "the layer", problem: broken.problem, most: broken.most });
    }
    // The file system's are not the layer's.
    if (!(error instanceof Error) || "syscall" in error) throw error;
    return fail({ entry: error.message, problem: "not-a-tar" });
  }
}

const headerBytes = 512;

async function* seenBy(
  end: TarEnd,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    end.see(chunk);
    yield chunk;
  }
}

type Taking = {
  readonly folder: string;
  readonly limits: LayerLimits;
  readonly tree: PathTree;
  readonly paths: PackagePath[];
};

async function take(entry: Entry, taking: Taking): Promise<Result<undefined, LayerProblem>> {
  const { tree, limits, paths } = taking;
  const { header } = entry;
  const refuse = (problem: EntryProblem, most?: number) =>
    fail({ entry: JSON.stringify(header.name), problem, ...(most === undefined ? {} : { most }) });
  // What cannot be read as a number has no end for the library, and would be waited for.
  if (!Number.isSafeInteger(header.size)) return refuse("not-a-tar");
  const kind = kindOf(header);
  if (kind === "other") return refuse("not-a-file");
  const name = cleanName(header.name, kind);
  if (name === "" && kind === "folder") return skip(entry);
  if (!isPackagePath(name)) return refuse(pathProblem(name) ?? "not-a-file");
  const clash = tree.add(name, kind);
  if (clash !== undefined) return refuse(clash);
  if (tree.size() > limits.entries) return refuse("too-many", limits.entries);
  if (kind === "folder" || name === metadataName) return skip(entry);
  if ((header.size ?? 0) > limits.unpackedBytes) return refuse("too-large", limits.unpackedBytes);
  if (!(await write(entry, path.join(taking.folder, name)))) return refuse("duplicate");
  paths.push(name);
  return ok(undefined);
}

/** A sparse file's bytes are not those of the file. */
function kindOf({ type, pax }: Header): "file" | "folder" | "other" {
  if (type === "directory") return "folder";
  const isSparse = Object.keys(pax ?? {}).some((key) => key.startsWith("GNU.sparse."));
  const isFile = type === "file" || type === "contiguous-file";
  return isFile && !isSparse ? "file" : "other";
}

/** `tar .` writes `./` before each name, and a slash behind a folder's. */
function cleanName(name: string, kind: "file" | "folder"): string {
  const relative = name.replace(/^(?:\.\/)+/, "");
  if (kind === "file") return relative;
  return relative === "." ? "" : relative.replace(/\/$/, "");
}

function skip(entry: Entry): Result<undefined, never> {
  entry.resume();
  return ok(undefined);
}

/** False where a file is there already: the file system may take two names for one. */
async function write(entry: Entry, file: string): Promise<boolean> {
  mkdirSync(path.dirname(file), { recursive: true });
  try {
    await writeChunks(file, contentOf(entry));
  } catch (error) {
    if (hasCode(error, ["EEXIST"])) return false;
    throw error;
  }
  chmodSync(file, 0o444);
  return true;
}

/** A pipe would wait without end for an entry that broke off before it was connected. */
async function* contentOf(entry: Entry): AsyncGenerator {
  yield* entry;
}

/** Ends with the sink: who has seen enough destroys it. Answers what broke it off, if anything did. */
async function feed(chunks: AsyncIterable<Uint8Array>, sink: Extract): Promise<unknown> {
  const closed = new Promise<void>((resolve) => sink.once("close", () => resolve()));
  try {
    for await (const chunk of chunks) {
      if (sink.destroyed) return undefined;
      if (!sink.write(chunk)) {
        const drained = new Promise<void>((resolve) => sink.once("drain", () => resolve()));
        await Promise.race([drained, closed]);
      }
    }
    sink.end(undefined);
    return undefined;
  } catch (error) {
    sink.destroy(error instanceof Error ? error : new Error(String(error)));
    return error;
  }
}
