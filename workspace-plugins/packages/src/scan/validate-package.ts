import { compareBytes, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { manifestName } from "../content.ts";
import type { PackageFile } from "../content.ts";
import type { PackagesFailure } from "../failure.ts";
import { parseManifestSource } from "../manifest.ts";
import type { PackageManifest } from "../manifest.ts";
import { comparedName, declaredIn } from "./declared.ts";
import { constraintState } from "./declared-version.ts";
import type { ValidationFinding } from "./finding.ts";
import { readProject, scanProject } from "./scan-package.ts";
import type { Scan, ScanOptions } from "./scan-package.ts";
import { unknownKeys } from "./unknown-keys.ts";

export type Validation = {
  readonly package: Scan["package"];
  /** Without errors. */
  readonly valid: boolean;
  /** Those of the manifest first, then in byte order of the names. */
  readonly errors: readonly ValidationFinding[];
  readonly warnings: readonly ValidationFinding[];
};

/** Whether a package is what its manifest says: a manifest or a source that cannot be read is a failure. */
export async function validatePackage(
  options: ScanOptions,
): Promise<Result<Validation, PackagesFailure>> {
  const project = await readProject(options.projectFolder);
  if (!project.ok) return project;
  const { manifest, files } = project.value;
  const scan = await scanProject(project.value, options);
  if (!scan.ok) return scan;
  const errors = [
    ...incompleteFields(manifest),
    ...unpackedScripts(manifest, files),
    ...unpackedImports(scan.value),
    ...unreadableVersions(manifest),
    ...undeclared(manifest, scan.value),
  ];
  const warnings = [
    ...strangeKeys(project.value.text),
    ...looseVersions(manifest),
    ...declaredTwice(manifest),
    ...doubtfulImports(scan.value),
  ];
  return ok({ package: scan.value.package, valid: errors.length === 0, errors, warnings });
}

/** What the documents of aigogo call required of `ai`, and its code does not ask for. */
function incompleteFields({ ai }: PackageManifest): readonly ValidationFinding[] {
  if (ai === undefined) return [];
  const capabilities = ai.capabilities ?? [];
  return [
    ...(isEmpty(ai.summary) ? [{ rule: "ai-incomplete", field: "summary" } as const] : []),
    ...(capabilities.length === 0 || capabilities.some(isEmpty)
      ? [{ rule: "ai-incomplete", field: "capabilities" } as const]
      : []),
  ];
}

function isEmpty(text: string | undefined): boolean {
  return text === undefined || text.trim() === "";
}

function unpackedScripts(
  { scripts }: PackageManifest,
  files: readonly PackageFile[],
): readonly ValidationFinding[] {
  const packed = new Set<string>(files.map((file) => file.path));
  return Object.entries(scripts ?? {})
    .filter(([, file]) => !packed.has(file))
    .toSorted(([a], [b]) => compareBytes(a, b))
    .map(([script, file]) => ({ rule: "script-not-packed", script, file }) as const);
}

/** What may be missing, or is for types alone, is left to its author. */
function unpackedImports({ unpacked }: Scan): readonly ValidationFinding[] {
  return unpacked
    .filter(({ imports }) => imports.some(({ kind }) => kind === "runtime"))
    .map((one) => ({ rule: "import-not-packed", ...one }) as const);
}

function strangeKeys(text: string): readonly ValidationFinding[] {
  const read = parseManifestSource(manifestName, text);
  const keys = read.ok ? unknownKeys(read.value.source) : [];
  return keys.map((name) => ({ rule: "key-unknown", name }) as const);
}

function unreadableVersions(manifest: PackageManifest): readonly ValidationFinding[] {
  const { name: language, version: wanted } = manifest.language;
  const own =
    wanted !== undefined && constraintState(language, wanted) === "unreadable"
      ? [{ rule: "version-unreadable", name: language, version: wanted } as const]
      : [];
  const declared = declaredIn(manifest).filter(
    ({ version }) => constraintState(language, version) === "unreadable",
  );
  return [
    ...own,
    ...inOrder(
      declared.map(({ name, version }) => ({ rule: "version-unreadable", name, version }) as const),
    ),
  ];
}

/** aigg's rule: all that is imported is declared. What may be missing, or is for types alone, need not be. */
function undeclared(manifest: PackageManifest, scan: Scan): readonly ValidationFinding[] {
  const missing = scan.dependencies.filter(
    ({ kind, declared }) => kind === "runtime" && declared === "no",
  );
  const found = missing.map(
    ({ name, imports }) => ({ rule: "dependency-missing", name, imports }) as const,
  );
  const isUnsaid = manifest.dependencies === undefined && found.length > 0;
  return isUnsaid
    ? [{ rule: "dependencies-undeclared", imports: scan.dependencies.length }, ...found]
    : found;
}

function looseVersions(manifest: PackageManifest): readonly ValidationFinding[] {
  const rules = { any: "version-missing", exact: "version-exact" } as const;
  const found = declaredIn(manifest).flatMap(({ name, version }) => {
    const state = constraintState(manifest.language.name, version);
    return state === "any" || state === "exact" ? [{ rule: rules[state], name, version }] : [];
  });
  return inOrder(found);
}

function declaredTwice(manifest: PackageManifest): readonly ValidationFinding[] {
  const language = manifest.language.name;
  const groups = Map.groupBy(declaredIn(manifest), ({ name }) => comparedName(language, name));
  const twice = [...groups.values()].filter(({ length }) => length > 1);
  return inOrder(
    twice.flatMap(([first]) =>
      first === undefined ? [] : [{ rule: "dependency-twice", name: first.name } as const],
    ),
  );
}

function doubtfulImports(scan: Scan): readonly ValidationFinding[] {
  const { dependencies, agentPackages, unusable, unused } = scan;
  const rules = { optional: "optional-undeclared", types: "types-undeclared" } as const;
  return [
    ...dependencies.flatMap(({ name, kind, declared, imports }): readonly ValidationFinding[] => {
      if (kind !== "runtime" && declared === "no") return [{ rule: rules[kind], name, imports }];
      const isLost = kind === "runtime" && declared === "dev";
      return isLost ? [{ rule: "runtime-declared-dev", name, imports }] : [];
    }),
    ...inOrder(unused.map((name) => ({ rule: "dependency-unused", name }) as const)),
    ...agentPackages.map((one) => ({ rule: "agent-package-imported", ...one }) as const),
    ...unusable.map((one) => ({ rule: "import-unusable", ...one }) as const),
  ];
}

function inOrder<One extends { readonly name: string }>(all: readonly One[]): readonly One[] {
  return all.toSorted((a, b) => compareBytes(a.name, b.name));
}
