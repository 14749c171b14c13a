import type { PackageManifest } from "../manifest.ts";

/** A dependency as one package declares it. */
export type Need = {
  readonly name: string;
  /** As the manifest has it: a range of Python or of npm, `*`, or nothing. */
  readonly constraint: string;
  readonly isOptional: boolean;
  /** The package that declares it. */
  readonly wantedBy: string;
};

/** What one package needs; `language` is its own. */
export type PackageNeeds = {
  readonly name: string;
  readonly version: string;
  readonly language: PackageManifest["language"];
  readonly runtime: readonly Need[];
  readonly dev: readonly Need[];
};

export function needsOf(
  manifest: Pick<PackageManifest, "language" | "dependencies"> & {
    readonly name: string;
    readonly version: string;
  },
): PackageNeeds {
  const { name, version, language, dependencies } = manifest;
  const needs = (declared: NonNullable<typeof dependencies>["runtime"] = []) =>
    declared.map((one) => ({
      name: one.package,
      constraint: one.version.trim(),
      isOptional: one.optional === true,
      wantedBy: name,
    }));
  return {
    name,
    version,
    language,
    runtime: needs(dependencies?.runtime),
    dev: needs(dependencies?.dev),
  };
}
