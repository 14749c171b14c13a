import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  digestOf,
  fail,
  listFiles,
  ok,
  readTextIfPresent,
  replaceFolder,
  shortDigest,
  writeJson,
} from "@slipway/signature";
import type { Outcome, Result, SignatureFailure } from "@slipway/signature";
import { integrityOf, manifestName } from "./content.ts";
import type { PackageFile } from "./content.ts";
import { discoverFiles } from "./discovery.ts";
import type { PackagesCause, PackagesFailure } from "./failure.ts";
import { emptyConfig, writeImageManifest } from "./image-manifest.ts";
import { writeLayer } from "./layer.ts";
import { parsePackageManifest } from "./manifest.ts";
import type { PackageManifest } from "./manifest.ts";
import { blobFile, packFolder } from "./receipt.ts";
import type { PackReceipt } from "./receipt.ts";

export type PackOptions = {
  readonly workspaceRoot: string;
  /** Relative to the workspace. */
  readonly projectRoot: string;
  readonly signal: AbortSignal;
};

/** Writes blobs, manifest and receipt to `dist/pack`; equal files give equal bytes. */
export async function packPackage(
  options: PackOptions,
): Promise<Result<Outcome<PackagesCause>, PackagesFailure | SignatureFailure>> {
  const projectFolder = path.join(options.workspaceRoot, options.projectRoot);
  const file = path.posix.join(options.projectRoot, manifestName);
  const text = await readTextIfPresent(path.join(projectFolder, manifestName));
  if (text === undefined) return fail({ reason: "package-file-missing", file });
  const manifest = parsePackageManifest(file, text);
  if (!manifest.ok) return manifest;
  const files = await discoverFiles(projectFolder, manifest.value);
  if (!files.ok) return files;
  const lost = unpackedScript(file, manifest.value, files.value);
  if (lost !== undefined) return fail(lost);
  const uncovered = await ignoredFiles(projectFolder, files.value, options.signal);
  if (!uncovered.ok) return uncovered;
  if (uncovered.value.length > 0) {
    return fail({ reason: "packed-files-ignored", file, ignored: uncovered.value });
  }
  const receipt = await writePack(
    path.join(projectFolder, packFolder),
    manifest.value,
    files.value,
  );
  const facts = {
    package: `${receipt.name} ${receipt.version}`,
    files: receipt.files.length,
    integrity: shortDigest(receipt.integrity),
  };
  return ok({ state: "done", cause: "packed", facts });
}

/** Files that would be packed although git ignores them: no signature covers those. */
async function ignoredFiles(
  projectFolder: string,
  files: readonly PackageFile[],
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
  files: readonly PackageFile[],
): Promise<PackReceipt> {
  const layer = await writeLayer(files);
  const layerDigest = digestOf(layer);
  const imageManifest = writeImageManifest({ digest: layerDigest, sizeBytes: layer.byteLength });
  const receipt: PackReceipt = {
    name: manifest.name,
    version: manifest.version,
    language: manifest.language.name,
    integrity: integrityOf({ files, manifest: manifestBytes(files) }),
    files: files.map((packed) => packed.path),
    manifestDigest: digestOf(imageManifest),
    layerDigest,
  };
  await replaceFolder(folder, async (partial) => {
    await mkdir(path.join(partial, "blobs", "sha256"), { recursive: true });
    await writeFile(path.join(partial, blobFile(layerDigest)), layer);
    await writeFile(path.join(partial, blobFile(digestOf(emptyConfig))), emptyConfig);
    await writeFile(path.join(partial, "manifest.json"), imageManifest);
    await writeJson(path.join(partial, "receipt.json"), receipt);
    return ok(receipt);
  });
  return receipt;
}

function manifestBytes(files: readonly PackageFile[]): Uint8Array {
  const manifest = files.find((file) => file.path === manifestName);
  if (manifest === undefined) throw new Error("internal: a package without its manifest");
  return manifest.bytes;
}

/** A script whose file is not among those that are packed. */
export function unpackedScript(
  file: string,
  manifest: PackageManifest,
  files: readonly { readonly path: string }[],
): PackagesFailure | undefined {
  const packed = new Set(files.map((each) => each.path));
  const lost = Object.entries(manifest.scripts ?? {}).find(([, target]) => !packed.has(target));
  if (lost === undefined) return undefined;
  return { reason: "script-not-packed", file, script: lost[0], path: lost[1] };
}
