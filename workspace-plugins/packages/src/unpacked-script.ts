import type { PackagesFailure } from "./failure.ts";
import type { PackageManifest } from "./manifest.ts";

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
