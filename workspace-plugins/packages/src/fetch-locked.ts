import { formatReference, parseReference } from "@slipway/registry";
import type { Reference, Registry, RegistryFailure } from "@slipway/registry";
import { fail, ok } from "@slipway/signature";
import type { Digest, Result } from "@slipway/signature";
import { contentOf, integrityOf } from "./content.ts";
import type { PackageContent, PackageFile } from "./content.ts";
import type { PackagesFailure } from "./failure.ts";
import { fetchFiles, filesOf } from "./fetch.ts";
import type { LockedPackage } from "./lock.ts";
import { immutableTag } from "./push.ts";

type Failure = PackagesFailure | RegistryFailure;

/** The content that is locked, from the version's tag or, where that has moved or gone, from the content's own. */
export async function fetchLocked(
  registry: Registry,
  lockFile: string,
  locked: LockedPackage,
): Promise<Result<PackageContent, Failure>> {
  const source = sourceOf(locked);
  if (!source.ok) return source;
  const first = await fetchFiles(registry, source.value);
  if (first.state === "unknown") return fail(first.failure);
  const content = first.state === "present" ? lockedContent(locked, first.files) : undefined;
  if (content?.integrity === locked.integrity) return ok(content);

  const immutable: Reference = { ...source.value, tag: immutableTag(locked.integrity) };
  const second = await fetchFiles(registry, immutable);
  const answer = second.state === "missing" && first.state !== "missing" ? first : second;
  const reference = locked.source;
  const files = filesOf(answer, {
    reason: "package-missing",
    reference,
    immutable: formatReference(immutable),
  });
  if (!files.ok) return files;
  const kept = lockedContent(locked, files.value);
  return kept.integrity === locked.integrity
    ? ok(kept)
    : fail(mismatch(lockFile, locked, kept.integrity));
}

/** Locks by aigg may leave the tag away. */
function sourceOf(locked: LockedPackage): Result<Reference, RegistryFailure> {
  const parsed = parseReference(locked.source);
  if (!parsed.ok || parsed.value.tag !== undefined || parsed.value.digest !== undefined) {
    return parsed;
  }
  return parseReference(`${locked.source}:latest`);
}

function lockedContent(
  locked: LockedPackage,
  files: readonly PackageFile[],
): PackageContent & { readonly integrity: Digest } {
  const content = contentOf(files, {
    name: lastSegment(locked.source),
    version: locked.version,
    language: locked.language,
  });
  return { ...content, integrity: integrityOf(content) };
}

/** The last part of a reference without its tag: what aigg names a package that ships no manifest. */
function lastSegment(source: string): string {
  return (source.split("/").at(-1) ?? "").replace(/[:@].*$/, "");
}

function mismatch(lockFile: string, locked: LockedPackage, actual: Digest): PackagesFailure {
  const { key, source, integrity } = locked;
  return { reason: "integrity-mismatch", lockFile, key, source, expected: integrity, actual };
}
