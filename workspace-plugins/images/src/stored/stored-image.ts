import { constants } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { digestOf, hexOf, openDigest, parseJson } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import { ImageConfig } from "../image-config.ts";
import { chainIdsOf } from "./chain-id.ts";
import { openOwnFiles } from "./own-files.ts";
import type { ReadOwnFile } from "./own-files.ts";
import { StoreDoubt, doubtOf, doubting } from "./store-doubt.ts";
import { readTarSplit, sizeOf } from "./tar-split.ts";
import type { TarPiece } from "./tar-split.ts";

/** An image on the disk of its engine, layers from the lowest on. */
export type StoredImage = {
  readonly config: ImageConfig;
  readonly layers: readonly StoredLayer[];
};

/** A layer whose tar is put together anew. Throws a `StoreDoubt` when that cannot be done. */
export type StoredLayer = { readonly open: () => Promise<OpenedLayer> };

/** Its content ends well only if it was that of the diff id. A piece of it holds until the next is asked for. */
type OpenedLayer = { readonly sizeBytes: number; readonly content: AsyncIterable<Uint8Array> };

/**
 * The image as Docker's storage driver `overlay2` keeps it under `dataRoot`: its config, and of each layer the files and
 * how they were packed. All of it has a digest that follows from the image id, so that nothing else has to be believed.
 * `undefined`: it is not there, or not for us.
 */
export async function findStoredImage(
  dataRoot: string,
  id: Digest,
  signal: AbortSignal,
): Promise<StoredImage | undefined> {
  try {
    const root = await openRoot(dataRoot);
    const bytes = await readWhole(
      path.join(root, imagesFolder, "imagedb/content/sha256", hexOf(id)),
    );
    const config = ImageConfig.safeParse(parseJson(bytes.toString("utf8"))).data;
    if (digestOf(bytes) !== id || config === undefined) return undefined;
    const diffIds = config.rootfs.diff_ids;
    const chainIds = chainIdsOf(diffIds);
    const layers = diffIds.map((diffId, at) => ({
      open: async () => openLayer({ root, chainId: chainIds[at] ?? diffId, diffId, signal }),
    }));
    return { config, layers };
  } catch (error) {
    if (error instanceof StoreDoubt) return undefined;
    throw error;
  }
}

const imagesFolder = "image/overlay2";
/** Of the record of how a layer was packed: 700 a file. */
const mostRecordBytes = 2 ** 28;
const unpack = promisify(gunzip);

/** Links lead nowhere below a folder that only we write to. */
async function openRoot(dataRoot: string): Promise<string> {
  return doubting(async () => {
    const root = await realpath(dataRoot);
    const { uid, mode } = await stat(root);
    const isOwn = uid === process.getuid?.() && (mode & 0o022) === 0;
    if (!isOwn) throw new StoreDoubt("others may write there");
    return root;
  });
}

type LayerPlace = {
  readonly root: string;
  readonly chainId: Digest;
  readonly diffId: Digest;
  readonly signal: AbortSignal;
};

async function openLayer({ root, chainId, diffId, signal }: LayerPlace): Promise<OpenedLayer> {
  const record = path.join(root, imagesFolder, "layerdb/sha256", hexOf(chainId));
  const cacheId = (await readWhole(path.join(record, "cache-id"))).toString("latin1");
  if (!/^[0-9a-z]{1,64}$/.test(cacheId)) throw new StoreDoubt("no name of a folder");
  const packed = await readWhole(path.join(record, "tar-split.json.gz"));
  const text = await doubting(async () => unpack(packed, { maxOutputLength: mostRecordBytes }));
  const pieces = readTarSplit(text.toString("utf8"));
  if (pieces === undefined) throw new StoreDoubt("no record of how it was packed");
  const read = openOwnFiles(path.join(root, "overlay2", cacheId, "diff"));
  return { sizeBytes: sizeOf(pieces), content: verified(diffId, contentOf(pieces, read), signal) };
}

async function readWhole(file: string): Promise<Buffer> {
  const flag = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  return doubting(async () => readFile(file, { flag }));
}

function* contentOf(pieces: readonly TarPiece[], read: ReadOwnFile): Generator<Uint8Array> {
  for (const piece of pieces) {
    if ("bytes" in piece) yield piece.bytes;
    else yield* read(piece.name, piece.sizeBytes);
  }
}

async function* verified(
  diffId: Digest,
  content: Iterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const digest = openDigest();
  try {
    for (const bytes of content) {
      signal.throwIfAborted();
      digest.update(bytes);
      yield bytes;
    }
  } catch (error) {
    throw doubtOf(error);
  }
  if (digest.end().digest !== diffId) throw new StoreDoubt("not the content of its diff id");
}
