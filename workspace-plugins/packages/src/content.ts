import { openDigest } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import { goJson } from "./go-json.ts";
import type { PackagePath } from "./package-path.ts";

export const manifestName = "aigogo.json";
/** A manifest is read into memory. */
export const mostManifestBytes = 16 * 1024 * 1024;

export type PackageFile = { readonly path: PackagePath; readonly bytes: Uint8Array };

/** The files of a package and the manifest that its integrity ends with: `aigogo.json`, or a synthetic one. */
export type PackageContent = {
  readonly files: readonly PackageFile[];
  readonly manifest: Uint8Array;
};

/** Which manifest stands in where a package ships none. */
export type PackageNaming = {
  readonly name: string;
  readonly version: string;
  readonly language: string;
};

export function contentOf(files: readonly PackageFile[], naming: PackageNaming): PackageContent {
  const shipped = files.find((file) => file.path === manifestName);
  return { files, manifest: shipped?.bytes ?? Buffer.from(syntheticManifest(naming)) };
}

/**
 * What `aigogo.lock` calls integrity: the SHA-256 of `path NUL bytes NUL` of each file in byte order of the paths, then
 * `__manifest__ NUL manifest`. Neither the tar nor the registry's digests enter it.
 */
export function integrityOf(content: PackageContent): Digest {
  const hashing = openDigest();
  for (const file of inByteOrder(content.files)) {
    hashing.update(`${file.path}\0`);
    hashing.update(file.bytes);
    hashing.update("\0");
  }
  hashing.update("__manifest__\0");
  hashing.update(content.manifest);
  return hashing.end().digest;
}

export function inByteOrder<File extends { readonly path: string }>(
  files: readonly File[],
): readonly File[] {
  return files.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

/** What stands in the integrity for the manifest of a package without one. */
export function syntheticManifest({ name, version, language }: PackageNaming): string {
  return goJson({ language: { name: language }, name, version });
}
