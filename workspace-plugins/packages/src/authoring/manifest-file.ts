import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { fail, ok, readTextIfPresent, writeFileAtomically } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { manifestName } from "../content.ts";
import type { PackagesFailure } from "../failure.ts";
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
  for (const folder of foldersUp(place)) {
    const file = path.join(folder, manifestName);
    const text = await readTextIfPresent(file);
    if (text === undefined) continue;
    const read = parseManifestSource(file, text);
    if (!read.ok) return read;
    return ok({ file, manifest: read.value.value, source: read.value.source });
  }
  return fail({ reason: "manifest-missing", folder: place.folder });
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

function foldersUp({ folder, home }: Place): readonly string[] {
  const parent = path.dirname(folder);
  const isEnd = parent === folder || parent === home || parent === path.parse(folder).root;
  return isEnd ? [folder] : [folder, ...foldersUp({ folder: parent, home })];
}
