import { buffer } from "node:stream/consumers";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import tar from "tar-stream";
import { inByteOrder } from "./content.ts";
import type { PackageFile } from "./content.ts";
import type { EntryProblem } from "./failure.ts";
import { isPackagePath, pathProblem, treeProblem } from "./package-path.ts";

export type LayerProblem = { readonly entry: string; readonly problem: EntryProblem };

/** Some writers put this first; it is no file of the package and outside its integrity. */
const metadataName = ".aigogo-manifest.json";
const mostEntries = 10_000;

/** An uncompressed tar of regular files alone, since aigg makes a file of any other entry; equal files, equal bytes. */
export async function writeLayer(files: readonly PackageFile[]): Promise<Buffer<ArrayBuffer>> {
  const pack = tar.pack();
  for (const file of inByteOrder(files)) {
    pack.entry({ name: file.path, mode: 0o644, mtime: new Date(0) }, Buffer.from(file.bytes));
  }
  pack.finalize();
  return Buffer.from(await buffer(pack));
}

/** All of the files or a reason: nothing is written anywhere. */
export async function readLayer(
  layer: Uint8Array,
): Promise<Result<readonly PackageFile[], LayerProblem>> {
  const files: PackageFile[] = [];
  const extract = tar.extract();
  extract.end(layer);
  try {
    for await (const entry of extract) {
      const file = await fileIn(entry, files.length);
      if (!file.ok) return file;
      if (file.value !== undefined) files.push(file.value);
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return fail({ entry: error.message, problem: "not-a-tar" });
  }
  const clash = treeProblem(files.map((file) => file.path));
  return clash === undefined ? ok(files) : fail({ entry: clash.path, problem: clash.problem });
}

async function fileIn(
  entry: tar.Extract extends AsyncIterable<infer Entry> ? Entry : never,
  before: number,
): Promise<Result<PackageFile | undefined, LayerProblem>> {
  const { name, type } = entry.header;
  const refuse = (problem: EntryProblem) => fail({ entry: JSON.stringify(name), problem });
  if (before >= mostEntries) return refuse("too-many");
  if (type !== "file") return refuse("not-a-file");
  if (!isPackagePath(name)) return refuse(pathProblem(name) ?? "not-a-file");
  const bytes = await buffer(entry);
  return ok(name === metadataName ? undefined : { path: name, bytes });
}
