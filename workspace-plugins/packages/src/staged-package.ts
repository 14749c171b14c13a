import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { manifestName, mostManifestBytes, syntheticManifest } from "./content.ts";
import type { PackageNaming } from "./content.ts";
import { integrityOfFolder } from "./hash-folder.ts";
import type { PackagePath } from "./package-path.ts";
import type { StagedPackage } from "./store.ts";

/** The bytes of `aigogo.json` in `<folder>/files`; `undefined` where there is none. */
export async function shippedManifest(
  folder: string,
  files: readonly PackagePath[],
): Promise<Buffer | "too-large" | undefined> {
  const shipped = files.find((file) => file === manifestName);
  if (shipped === undefined) return undefined;
  const file = path.join(folder, "files", shipped);
  return (await stat(file)).size > mostManifestBytes ? "too-large" : readFile(file);
}

/** What lies in `<folder>/files`, with its integrity. The naming is for a package that ships no manifest. */
export async function stagedPackage(
  folder: string,
  files: readonly PackagePath[],
  shipped: Buffer | undefined,
  naming: PackageNaming,
): Promise<StagedPackage | "ambiguous"> {
  const manifest = shipped ?? Buffer.from(syntheticManifest(naming));
  const integrity = await integrityOfFolder(path.join(folder, "files"), files, manifest);
  if (integrity === "ambiguous") return "ambiguous";
  return { folder, files, manifest, integrity };
}
