import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { digestOf, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { pack as openPack } from "tar-stream";
import { packMembers } from "../src/archive.ts";
import type { ImagesFailure } from "../src/failure.ts";
import { blobFile, layOutArchive } from "../src/layout.ts";
import type { Below } from "../src/layout.ts";
import type { ImageReceipt } from "../src/receipt.ts";

/** What a build left behind: each layer by its files, and when and by whom it was made. */
export type BuiltImage = {
  readonly layers: readonly Readonly<Record<string, string>>[];
  readonly made?: Date;
  readonly user?: string;
  /** With it, its table says so too. */
  readonly architecture?: string;
};

/** A temporary workspace in which images are laid out without an engine. */
export type ImagesRig = AsyncDisposable & {
  readonly root: string;
  readonly layOut: (
    folder: string,
    image: BuiltImage,
    below?: Below,
  ) => Promise<Result<ImageReceipt, ImagesFailure>>;
  /** How often an archive was asked for. */
  readonly saves: () => number;
};

export const reference = "slipway/test:rig";

export async function openImagesRig(): Promise<ImagesRig> {
  const root = await mkdtemp(path.join(tmpdir(), "slipway-images-"));
  let saves = 0;
  return {
    root,
    saves: () => saves,
    layOut: async (folder, image, below) => {
      const request = { workspaceRoot: root, folder: path.join(root, folder), reference };
      const lower = await Promise.all(
        (below?.receipt.diffIds ?? []).map(async (digest) =>
          readFile(blobFile(path.join(root, below?.folder ?? ""), digest)),
        ),
      );
      const { architecture } = image;
      const platform = architecture === undefined ? {} : { platform: `linux/${architecture}` };
      const inputs = { made: "by hand", ...platform };
      return layOutArchive({ ...request, below, inputs }, async () => {
        saves += 1;
        return ok(await savedImage(lower, image));
      });
    },
    [Symbol.asyncDispose]: async () => rm(root, { recursive: true, force: true }),
  };
}

/** The archive that an engine saves of an image: its manifest, config and layers, with all their clocks. */
export async function savedImage(lower: readonly Buffer[], image: BuiltImage): Promise<Readable> {
  const { made = new Date(1_700_000_000_000), user = "ann", architecture = "amd64" } = image;
  const upper = await Promise.all(image.layers.map(async (files) => layerOf(files, made, user)));
  const layers = [...lower, ...upper].map((bytes, at) => ({ name: `layer-${at}.tar`, bytes }));
  const created = made.toISOString();
  const config = {
    architecture,
    os: "linux",
    created,
    docker_version: user,
    config: { Hostname: user, Env: ["A=1"], Cmd: ["sh"], WorkingDir: "", Labels: null },
    rootfs: { type: "layers", diff_ids: layers.map(({ bytes }) => digestOf(bytes)) },
    history: layers.map(({ name }) => ({ created, created_by: `COPY ${name}`, comment: user })),
  };
  const manifest = [{ Config: "config.json", Layers: layers.map(({ name }) => name) }];
  return packMembers([
    ...layers,
    { name: "config.json", bytes: json(config) },
    { name: "manifest.json", bytes: json(manifest) },
  ]);
}

export function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** The layer of these files that a build leaves: with its clock and the name of its user. */
export async function layerOf(
  files: Readonly<Record<string, string>>,
  mtime: Date,
  uname: string,
): Promise<Buffer> {
  const pack = openPack();
  for (const [name, text] of Object.entries(files)) pack.entry({ name, mtime, uname }, text);
  pack.finalize();
  return buffer(Readable.from(pack));
}

/** Every file under a folder with its bytes, by path. */
export async function filesUnder(folder: string): Promise<Readonly<Record<string, string>>> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile());
  const read = files.map(async ({ parentPath, name }) => {
    const file = path.join(parentPath, name);
    return [path.relative(folder, file), await readFile(file, "latin1")] as const;
  });
  return Object.fromEntries((await Promise.all(read)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

export function valueOf<Value>(result: Result<Value, unknown>): Value {
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}
