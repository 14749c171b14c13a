import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { fail, ok, readTextIfPresent, writeFileAtomically } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { manifestName } from "../content.ts";
import type { PackagesFailure } from "../failure.ts";
import { findProject } from "../find-manifest.ts";
import { formatManifest } from "../manifest-shape.ts";
import { parseManifestSource } from "../manifest.ts";
import type { PackageManifest } from "../manifest.ts";
import type { JsonObject } from "../struct-json.ts";

/** An `aigogo.json` that is edited. */
export type ManifestFile = {
  /** Absolute. */
  readonly file: string;
  readonly manifest: PackageManifest;
  readonly source: JsonObject;
};

/** Where somebody works: the manifest is looked for from here up, and not in the home folder or above it. */
export type Place = { readonly folder: string; readonly home: string };

export async function openManifest(place: Place): Promise<Result<ManifestFile, PackagesFailure>> {
  const missing = fail({ reason: "manifest-missing", folder: place.folder } as const);
  const folder = await findProject(place.folder, place.home);
  if (folder === undefined) return missing;
  const file = path.join(folder, manifestName);
  const text = await readTextIfPresent(file);
  if (text === undefined) return missing;
  const read = parseManifestSource(file, text);
  return read.ok ? ok({ file, manifest: read.value.value, source: read.value.source }) : read;
}

/** Writes nothing where nothing changes, or where the result would be none that can be read. */
export async function saveManifest(
  { file, source }: ManifestFile,
  changed: JsonObject,
): Promise<Result<"written" | "unchanged", PackagesFailure>> {
  if (isDeepStrictEqual(source, changed)) return ok("unchanged");
  const text = formatManifest(changed);
  const read = parseManifestSource(file, text);
  if (!read.ok) return read;
  await writeFileAtomically(file, text);
  return ok("written");
}
