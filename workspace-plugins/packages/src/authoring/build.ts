import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { findBuild, writeBuild } from "../cache/build.ts";
import type { BuildSource } from "../cache/build.ts";
import { buildFolder, parseCacheReference } from "../cache/cache.ts";
import type { Cache, CacheReference } from "../cache/cache.ts";
import { removeFolder } from "../place-folder.ts";
import { manifestName } from "../content.ts";
import { discoverSources } from "../discovery.ts";
import type { PackagesCause, PackagesFailure } from "../failure.ts";
import type { LayerSource } from "../layer.ts";
import { formatManifest } from "../manifest-shape.ts";
import { unpackedScript } from "../unpacked-script.ts";
import type { JsonObject } from "../struct-json.ts";
import { unreadableDependency } from "./dependency-list.ts";
import { openManifest, saveManifest } from "./manifest-file.ts";
import type { ManifestFile, Place } from "./manifest-file.ts";

export type BuildOptions = {
  readonly place: Place;
  readonly cache: Cache;
  /** Under which it is kept, as typed. Without one the manifest's name and its next version, which the manifest then has. */
  readonly reference: string | undefined;
  /** Replaces a build of that reference. */
  readonly isForced: boolean;
  /** Whether dependencies have to be such that the language's package manager reads them. */
  readonly isChecked: boolean;
  readonly builtAt: Date;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
};

type Target = {
  readonly reference: CacheReference;
  /** The manifest to be saved when it is built; `undefined` where it stays as it is. */
  readonly manifest: JsonObject | undefined;
  readonly version: string;
};

/** Puts the package into the cache, whole or not at all. What is built carries the version that it is built as. */
export async function buildPackage(
  options: BuildOptions,
): Promise<Result<Outcome<PackagesCause>, PackagesFailure>> {
  const opened = await openManifest(options.place);
  if (!opened.ok) return opened;
  const { file, manifest } = opened.value;
  const target = targetOf(opened.value, options.reference);
  if (!target.ok) return target;
  const { reference, version } = target.value;
  options.progress(`Building package: ${reference}`);
  const before = await findBuild(options.cache, reference);
  const isDamaged = !before.ok && before.failure.reason === "cache-entry-damaged";
  if (!before.ok && !(isDamaged && options.isForced)) return before;
  if (before.ok && before.value !== undefined && !options.isForced) {
    return fail({ reason: "build-exists", reference });
  }
  const unreadable = options.isChecked ? unreadableDependency(manifest) : undefined;
  if (unreadable !== undefined) return fail(unreadable);
  const found = await discoverSources(path.dirname(file), manifest);
  if (!found.ok) return found;
  const lost = unpackedScript(file, manifest, found.value);
  if (lost !== undefined) return fail(lost);
  const files = withManifest(found.value, target.value.manifest);
  options.progress(`Packaging ${files.length} file(s)...`);
  const { cache, builtAt, signal } = options;
  const written = await writeBuild(cache, reference, files, builtAt, signal);
  if (!written.ok) return written;
  const folder = buildFolder(options.cache, reference);
  const saved = await saveVersion(opened.value, target.value, folder);
  if (!saved.ok) return saved;
  const isRaised = version !== manifest.version;
  const facts = {
    package: reference,
    version: isRaised ? `${manifest.version} -> ${version}` : version,
    files: files.length,
    folder,
  };
  return ok({ state: "done", cause: "package-built", facts });
}

function targetOf(
  { file, manifest, source }: ManifestFile,
  asked: string | undefined,
): Result<Target, PackagesFailure> {
  const { name, version } = manifest;
  if (asked !== undefined) {
    const reference = parseCacheReference(asked);
    return reference.ok
      ? ok({ reference: reference.value, manifest: undefined, version })
      : reference;
  }
  const next = nextPatch(version);
  if (next === undefined) return fail({ reason: "version-not-counted", file, version });
  const reference = parseCacheReference(`${name}:${next}`);
  if (!reference.ok) return reference;
  return ok({ reference: reference.value, manifest: { ...source, version: next }, version: next });
}

/** What stands behind the third number is dropped, as aigg does. */
function nextPatch(version: string): string | undefined {
  const parts = /^(\d+)\.(\d+)\.(\d+)/.exec(version);
  return parts === null ? undefined : `${parts[1]}.${parts[2]}.${BigInt(parts[3] ?? 0) + 1n}`;
}

function withManifest(
  files: readonly LayerSource[],
  manifest: JsonObject | undefined,
): readonly BuildSource[] {
  if (manifest === undefined) return files;
  const bytes = Buffer.from(formatManifest(manifest));
  return files.map((file) => (file.path === manifestName ? { path: file.path, bytes } : file));
}

/** A build whose version the manifest could not be given would be in the way of the next one. */
async function saveVersion(
  opened: ManifestFile,
  { manifest }: Target,
  folder: string,
): Promise<Result<unknown, PackagesFailure>> {
  if (manifest === undefined) return ok(undefined);
  try {
    const saved = await saveManifest(opened, manifest);
    if (!saved.ok) await removeFolder(folder);
    return saved;
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}
