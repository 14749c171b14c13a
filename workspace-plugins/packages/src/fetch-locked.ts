import path from "node:path";
import { formatReference, parseShortReference } from "@slipway/registry";
import type { Reference, Registry, RegistryFailure } from "@slipway/registry";
import { fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { PackagesFailure } from "./failure.ts";
import { fetchPackage, filesOf } from "./fetch.ts";
import type { Fetched } from "./fetch.ts";
import { metadataName } from "./layer.ts";
import type { LockedPackage } from "./lock.ts";
import type { PackagePath } from "./package-path.ts";
import { immutableTag } from "./send-package.ts";
import { shippedManifest, stagedPackage } from "./staged-package.ts";
import { filesDifference } from "./store.ts";
import type { StagedPackage } from "./store.ts";

type Failure = PackagesFailure | RegistryFailure;

export type FetchLocked = {
  readonly registry: Registry;
  /** How failures name the lock. */
  readonly lockFile: string;
  readonly locked: LockedPackage;
  /** Ours alone; gets a folder for each try. */
  readonly folder: string;
};

/** The content that is locked, from the version's tag or, where that has moved or gone, from the content's own. */
export async function fetchLocked(asked: FetchLocked): Promise<Result<StagedPackage, Failure>> {
  const { registry, lockFile, locked, folder } = asked;
  const source = sourceOf(lockFile, locked);
  if (!source.ok) return source;
  const byVersion = path.join(folder, "by-version");
  const first = await fetchPackage(registry, source.value, path.join(byVersion, "files"));
  if (first.state === "unknown") return fail(first.failure);
  const staged = await stagedFrom(byVersion, first, locked);
  const right = asLocked(staged, locked);
  if (right !== undefined) return asListed(lockFile, locked, right);

  const immutable: Reference = {
    registry: source.value.registry,
    repository: source.value.repository,
    tag: immutableTag(locked.integrity),
  };
  const byContent = path.join(folder, "by-content");
  const second = await fetchPackage(registry, immutable, path.join(byContent, "files"));
  const kept = await stagedFrom(byContent, second, locked);
  const rightKept = asLocked(kept, locked);
  if (rightKept !== undefined) return asListed(lockFile, locked, rightKept);
  const found = kept ?? (second.state === "missing" ? staged : undefined);
  if (found === "ambiguous") {
    const { source: reference } = locked;
    return fail({ reason: "manifest-refused", reference, problem: "content-ambiguous" });
  }
  if (found !== undefined) return fail(mismatch(lockFile, locked, found.integrity));
  const answer = second.state === "missing" && first.state !== "missing" ? first : second;
  const absent = {
    reason: "package-missing",
    reference: locked.source,
    immutable: formatReference(immutable),
  } as const;
  const files = filesOf(answer, absent);
  return files.ok ? fail({ ...absent, reason: "manifest-refused", problem }) : files;
}

const problem = "package-manifest-invalid";

/** Names a build on the machine where it was locked: a name and no path. */
export function isLocalSource(source: string): boolean {
  return !source.includes("/");
}

export function sourceOf(
  lockFile: string,
  { key, source }: LockedPackage,
): Result<Reference, Failure> {
  if (isLocalSource(source)) return fail({ reason: "source-local", lockFile, key, source });
  return parseShortReference(source);
}

type Staged = StagedPackage | "ambiguous" | undefined;

function asLocked(staged: Staged, { integrity }: LockedPackage): StagedPackage | undefined {
  if (staged === undefined || staged === "ambiguous") return undefined;
  return staged.integrity === integrity ? staged : undefined;
}

async function stagedFrom(
  folder: string,
  fetched: Fetched,
  { source, version, language }: LockedPackage,
): Promise<Staged> {
  if (fetched.state !== "present") return undefined;
  const shipped = await shippedManifest(folder, fetched.files);
  if (shipped === "too-large") return undefined;
  const naming = { name: lastSegment(source), version, language };
  return stagedPackage(folder, fetched.files, shipped, naming);
}

/** The last part of a reference without its tag: what aigg names a package that ships no manifest. */
function lastSegment(source: string): string {
  return (source.split("/").at(-1) ?? "").replace(/[:@].*$/, "");
}

function asListed(
  lockFile: string,
  { key, source, files }: LockedPackage,
  staged: StagedPackage,
): Result<StagedPackage, Failure> {
  const difference = filesDifference(staged.files, withoutMetadata(files));
  if (difference === undefined) return ok(staged);
  return fail({ reason: "files-not-as-locked", lockFile, key, source, ...difference });
}

/** aigg may list it, and never hashes it. */
export function withoutMetadata(files: readonly PackagePath[]): readonly PackagePath[] {
  return files.filter((file) => file !== metadataName);
}

function mismatch(lockFile: string, locked: LockedPackage, actual: Digest): PackagesFailure {
  const { key, source, integrity } = locked;
  return { reason: "integrity-mismatch", lockFile, key, source, expected: integrity, actual };
}
