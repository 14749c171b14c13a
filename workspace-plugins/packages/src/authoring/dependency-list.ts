import { fail, ok } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { DependencyFailure, PackagesCause, PackagesFailure } from "../failure.ts";
import type { PackageManifest } from "../manifest.ts";
import { pythonIdentity } from "./requirement.ts";
import { isDependencyName } from "../show-deps/merge.ts";
import { npmRange } from "../show-deps/npm-range.ts";
import { pythonRange } from "../show-deps/python-range.ts";
import { isObject } from "../struct-json.ts";
import { kindNames } from "./dependency.ts";
import type { Dependency, DependencyKind } from "./dependency.ts";
import { openManifest, saveManifest } from "./manifest-file.ts";
import type { ManifestFile, Place } from "./manifest-file.ts";

type Edited = Result<Outcome<PackagesCause>, PackagesFailure>;

export type AddDependency = {
  readonly name: string;
  readonly version: string;
  /** Takes a version that the language's package manager does not know. */
  readonly isForced: boolean;
};

export async function addDependency(
  place: Place,
  kind: DependencyKind,
  { name, version, isForced }: AddDependency,
): Promise<Edited> {
  const opened = await openManifest(place);
  if (!opened.ok) return opened;
  const { manifest, file } = opened.value;
  const declared = dependenciesOf(manifest, kind).find(sameAs(manifest, name));
  if (declared !== undefined) {
    return fail({ reason: "dependency-declared", name, kind, version: declared.version });
  }
  const added = { package: name, version };
  const unreadable = isForced ? undefined : unreadableIn(manifest, added);
  if (unreadable !== undefined) return fail(unreadable);
  const saved = await saveDependencies(opened.value, kind, [
    ...dependenciesOf(manifest, kind),
    added,
  ]);
  if (!saved.ok) return saved;
  const facts = { dependency: `${name} ${version}`, kind: kindNames[kind], manifest: file };
  return ok({ state: "done", cause: "dependency-added", facts });
}

export async function removeDependency(
  place: Place,
  kind: DependencyKind,
  name: string,
): Promise<Edited> {
  const opened = await openManifest(place);
  if (!opened.ok) return opened;
  const { manifest, file } = opened.value;
  const declared = dependenciesOf(manifest, kind);
  const removed = declared.find(sameAs(manifest, name));
  if (removed === undefined) {
    const known = declared.map((one) => one.package);
    return fail({ reason: "dependency-not-declared", file, name, kind, known });
  }
  const rest = declared.filter((one) => one !== removed);
  const saved = await saveDependencies(opened.value, kind, rest);
  if (!saved.ok) return saved;
  const facts = {
    dependency: `${removed.package} ${removed.version}`,
    kind: kindNames[kind],
    "still declared": rest.map((one) => `${one.package} ${one.version}`).join("\n"),
    manifest: file,
  };
  return ok({ state: "done", cause: "dependency-removed", facts });
}

export function dependenciesOf(
  { dependencies }: PackageManifest,
  kind: DependencyKind,
): readonly Dependency[] {
  return dependencies?.[kind] ?? [];
}

/** PyPI has one name for `A.b` and `a-b`; elsewhere names are what they are. */
export function sameAs(manifest: PackageManifest, name: string): (declared: Dependency) => boolean {
  if (manifest.language.name !== "python") return (declared) => declared.package === name;
  const identity = pythonIdentity(name);
  return (declared) => pythonIdentity(declared.package) === identity;
}

/** Both lists empty, the key goes. What a known entry says beside name and version stays. */
export async function saveDependencies(
  opened: ManifestFile,
  kind: DependencyKind,
  list: readonly Dependency[],
  changes: { readonly languageVersion?: string } = {},
) {
  const { source, manifest } = opened;
  const before = isObject(source["dependencies"]) ? source["dependencies"] : {};
  const entries: readonly unknown[] = Array.isArray(before[kind]) ? before[kind] : [];
  const kept = (one: Dependency): unknown => entries[dependenciesOf(manifest, kind).indexOf(one)];
  const dependencies = { ...before, [kind]: list.map((one) => kept(one) ?? one) };
  const isEmpty = list.length === 0 && dependenciesOf(manifest, other[kind]).length === 0;
  const { dependencies: _, ...rest } = source;
  const language = isObject(source["language"]) ? source["language"] : {};
  const version = changes.languageVersion;
  return saveManifest(opened, {
    ...rest,
    ...(version === undefined ? {} : { language: { ...language, version } }),
    ...(isEmpty ? {} : { dependencies }),
  });
}

const other = { runtime: "dev", dev: "runtime" } as const;

/** A declared dependency that the language's package manager does not read, by name or version; Go and Rust have their own. */
export function unreadableDependency(manifest: PackageManifest): DependencyFailure | undefined {
  const all = [...dependenciesOf(manifest, "runtime"), ...dependenciesOf(manifest, "dev")];
  return all.map((one) => unreadableIn(manifest, one)).find((failure) => failure !== undefined);
}

function unreadableIn(
  { name: wantedBy, language }: PackageManifest,
  { package: name, version: constraint }: Dependency,
): DependencyFailure | undefined {
  const refused = { reason: "dependency-unreadable", name, constraint, wantedBy } as const;
  if (language.name === "python") {
    const isRead = isDependencyName(name, "python") && pythonRange(constraint) !== undefined;
    return isRead ? undefined : { ...refused, ecosystem: "python" };
  }
  if (language.name === "javascript") {
    const isRead = isDependencyName(name, "npm") && npmRange(constraint) !== undefined;
    return isRead ? undefined : { ...refused, ecosystem: "npm" };
  }
  return undefined;
}
