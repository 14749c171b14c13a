import type { PackageManifest } from "../manifest.ts";
import type { Language } from "../package-name.ts";
import { normalDistribution } from "./distribution-names.ts";

/** A dependency of the manifest, with the list that it stands in. */
export type Declared = {
  readonly name: string;
  readonly version: string;
  readonly as: "runtime" | "dev";
};

export function declaredIn({ dependencies }: PackageManifest): readonly Declared[] {
  return (["runtime", "dev"] as const).flatMap((as) =>
    (dependencies?.[as] ?? []).map((one) => ({ name: one.package, version: one.version, as })),
  );
}

/** A name as the registry of the language compares it. Extras of a distribution, `a[b]`, are part of no name. */
export function comparedName(language: Language, name: string): string {
  switch (language) {
    case "python":
      return normalDistribution(name.replace(/\s*\[.*$/s, ""));
    case "rust":
      return name.replaceAll("-", "_");
    case "javascript":
    case "go":
      return name;
  }
}
