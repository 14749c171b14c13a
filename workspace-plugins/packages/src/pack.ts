import { mkdir, realpath, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  digestOf,
  exists,
  fail,
  ok,
  readTextIfPresent,
  replaceFolder,
  shortDigest,
  writeJson,
} from "@slipway/signature/basics";
import { listFiles } from "@slipway/signature/listing";
import type { Outcome, Result, SignatureFailure } from "@slipway/signature";
import { manifestName } from "./content.ts";
import { discoverSources } from "./discovery.ts";
import type { PackagesCause, PackagesFailure } from "./failure.ts";
import { emptyConfig, writeImageManifest } from "./image-manifest.ts";
import { writeLayerFile } from "./layer.ts";
import type { LayerSource } from "./layer.ts";
import { parsePackageManifest } from "./manifest.ts";
import type { PackageManifest } from "./manifest.ts";
import { blobFile, packFolder } from "./receipt.ts";
import type { PackReceipt } from "./receipt.ts";
import { unpackedScript } from "./unpacked-script.ts";

export type PackOptions = {
  readonly workspaceRoot: string;
  /** Relative to the workspace. */
  readonly projectRoot: string;
  readonly signal: AbortSignal;
};

/** Writes blobs, manifest and receipt to `dist/pack`; equal files give equal bytes. Files of any size take little memory. */
export async function packPackage(
  options: PackOptions,
): Promise<Result<Outcome<PackagesCause>, PackagesFailure | SignatureFailure>> {
  const projectFolder = path.join(options.workspaceRoot, options.projectRoot);
  const file = path.posix.join(options.projectRoot, manifestName);
  const text = await readTextIfPresent(path.join(projectFolder, manifestName));
  if (text === undefined) return fail({ reason: "package-file-missing", file });
  const manifest = parsePackageManifest(file, text);
  if (!manifest.ok) return manifest;
  const files = await discoverSources(projectFolder, manifest.value);
  if (!files.ok) return files;
  const lost = unpackedScript(file, manifest.value, files.value);
  if (lost !== undefined) return fail(lost);
  const { signal } = options;
  const uncovered = await ignoredFiles(projectFolder, files.value, signal);
  if (!uncovered.ok) return uncovered;
  if (uncovered.value.length > 0) {
    return fail({ reason: "packed-files-ignored", file, ignored: uncovered.value });
  }
  const folder = path.join(projectFolder, packFolder);
  const escape = await outputEscape(projectFolder, path.dirname(folder));
  if (escape !== undefined) return fail(escape);
  const written = await writePack(folder, manifest.value, files.value, signal);
  if (!written.ok) return written;
  const receipt = written.value;
  const facts = {
    package: `${receipt.name} ${receipt.version}`,
    files: receipt.files.length,
    integrity: shortDigest(receipt.integrity),
  };
  return ok({ state: "done", cause: "packed", facts });
}

/** What is packed replaces a folder: one above it that came as a link would have it be another's. */
async function outputEscape(
  projectFolder: string,
  folder: string,
): Promise<PackagesFailure | undefined> {
  if (!(await exists(folder))) return undefined;
  const [root, target] = [await realpath(projectFolder), await realpath(folder)];
  const isInside = target.startsWith(root + path.sep);
  return isInside ? undefined : { reason: "output-escapes", folder, target };
}

/** Files that would be packed although git ignores them: no signature covers those. */
async function ignoredFiles(
  projectFolder: string,
  files: readonly LayerSource[],
  signal: AbortSignal,
): Promise<Result<readonly string[], SignatureFailure>> {
  const listing = await listFiles(projectFolder, signal);
  if (!listing.ok) return listing;
  const covered = new Set(listing.value.files.map((file) => file.path));
  return ok(files.map((file) => file.path).filter((packed) => !covered.has(packed)));
}

async function writePack(
  folder: string,
  manifest: PackageManifest,
  files: readonly LayerSource[],
  signal: AbortSignal,
): Promise<Result<PackReceipt, PackagesFailure>> {
  return replaceFolder(folder, async (partial) => {
    const blobs = path.join(partial, "blobs", "sha256");
    await mkdir(blobs, { recursive: true });
    // Its name is known when it is written.
    const unnamed = path.join(blobs, "layer");
    const written = await writeLayerFile(files, unnamed, signal);
    if (!written.ok) return written;
    const { layer, integrity } = written.value;
    await rename(unnamed, path.join(partial, blobFile(layer.digest)));
    const imageManifest = writeImageManifest(layer);
    const receipt: PackReceipt = {
      name: manifest.name,
      version: manifest.version,
      language: manifest.language.name,
      integrity,
      files: files.map((packed) => packed.path),
      manifestDigest: digestOf(imageManifest),
      layerDigest: layer.digest,
    };
    await writeFile(path.join(partial, blobFile(digestOf(emptyConfig))), emptyConfig);
    await writeFile(path.join(partial, "manifest.json"), imageManifest);
    await writeJson(path.join(partial, "receipt.json"), receipt);
    return ok(receipt);
  });
}
