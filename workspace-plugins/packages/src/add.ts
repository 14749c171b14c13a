import { chmod, copyFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { parseShortReference } from "@slipway/registry";
import type { Reference, Registry, RegistryFailure } from "@slipway/registry";
import { fail, ok, shortDigest } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { changeLock, readOrBeginLock } from "./change-lock.ts";
import { findBuild } from "./cache/build.ts";
import type { CachedBuild } from "./cache/build.ts";
import { parseCacheReference } from "./cache/cache.ts";
import type { Cache } from "./cache/cache.ts";
import { manifestName } from "./content.ts";
import type { ManifestProblem, PackagesCause, PackagesFailure } from "./failure.ts";
import { isLocalSource } from "./fetch-locked.ts";
import { fetchPackage, filesOf } from "./fetch.ts";
import { withPackage } from "./lock.ts";
import type { LockedPackage } from "./lock.ts";
import { parseForeignManifest } from "./manifest.ts";
import { isPackageKey, keyText, languages } from "./package-name.ts";
import type { PackagePath } from "./package-path.ts";
import { shippedManifest, stagedPackage } from "./staged-package.ts";
import { openStaging } from "./staging.ts";
import { stock } from "./stock.ts";
import type { StagedPackage } from "./store.ts";
import type { Store } from "./store-place.ts";
import { onFolder } from "./write-errors.ts";

export type AddOptions = {
  /** As typed; without a registry it is of Docker Hub, and the tag is `latest` where it has none. */
  readonly reference: string;
  /** Absolute; made where there is none. One that cannot be read is left alone. */
  readonly lockFile: string;
  /** Keeps the content, so that an install fetches nothing. */
  readonly store: Store;
  /** The builds of this machine: a name such as `utils:1.0.0` is looked for there first. */
  readonly cache?: Cache;
  readonly registry: Registry;
  readonly signal: AbortSignal;
};

export type Added = Outcome<PackagesCause> & { readonly locked: LockedPackage };

type Failure = PackagesFailure | RegistryFailure;

/**
 * Locks the content that the reference names now: a build of this machine, or what the registry has, never what was once
 * pulled. Links nothing.
 */
export async function addPackage(options: AddOptions): Promise<Result<Added, Failure>> {
  const readable = await readOrBeginLock(options.lockFile);
  if (!readable.ok) return readable;
  const locked = await resolvePackage(options);
  if (!locked.ok) return locked;
  const { key, version, integrity } = locked.value;
  const facts = { package: `${key} ${version}`, integrity: shortDigest(integrity) };
  const changed = await changeLock(options, (lock) => ok(withPackage(lock, locked.value)));
  if (!changed.ok) return changed;
  const known = changed.value.packages.find((each) => each.key === key);
  if (JSON.stringify(known) === JSON.stringify(locked.value)) {
    return ok({ state: "unchanged", cause: "lock-agrees", facts, locked: locked.value });
  }
  return ok({ state: "done", cause: "lock-changed", facts, locked: locked.value });
}

/** The entry of a lock for what the reference names now; its content is in the store then. */
export async function resolvePackage(
  options: Omit<AddOptions, "lockFile">,
): Promise<Result<LockedPackage, Failure>> {
  return onFolder(options.store.folder, () => fetchAndStock(options));
}

async function fetchAndStock(
  options: Omit<AddOptions, "lockFile">,
): Promise<Result<LockedPackage, Failure>> {
  const { reference, store, signal } = options;
  const asked = parseShortReference(reference);
  if (!asked.ok) return asked;
  const staging = await openStaging(store, { word: `add-${crypto.randomUUID()}` }, { signal });
  if (!staging.ok) return staging;
  await using opened = staging.value;
  const folder = path.join(opened.folder, "package");
  const files = await filesFor(options, asked.value, path.join(folder, "files"));
  if (!files.ok) return files;
  const read = await readAs(reference, asked.value, folder, files.value);
  if (!read.ok) return read;
  const stocked = await stock(store, read.value.staged, { signal });
  return stocked.ok ? ok(read.value.locked) : stocked;
}

/** Puts the files into a folder: those of a build where the name is one of a build, else what the registry has. */
async function filesFor(
  { reference, cache, registry }: Omit<AddOptions, "lockFile">,
  asked: Reference,
  folder: string,
): Promise<Result<readonly PackagePath[], Failure>> {
  const name = isLocalSource(reference) ? parseCacheReference(reference) : undefined;
  if (cache !== undefined && name?.ok === true) {
    const build = await findBuild(cache, name.value);
    if (!build.ok) return build;
    if (build.value !== undefined) return ok(await copyBuild(build.value, folder));
  }
  const absent = { reason: "package-missing", reference, immutable: undefined } as const;
  return filesOf(await fetchPackage(registry, asked, folder), absent);
}

async function copyBuild(build: CachedBuild, folder: string): Promise<readonly PackagePath[]> {
  for (const { path: name } of build.files) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await copyFile(path.join(build.folder, name), file);
    await chmod(file, 0o444);
  }
  return build.files.map((file) => file.path);
}

type Read = { readonly locked: LockedPackage; readonly staged: StagedPackage };

async function readAs(
  source: string,
  reference: Reference,
  folder: string,
  files: readonly PackagePath[],
): Promise<Result<Read, PackagesFailure>> {
  const refuse = (problem: ManifestProblem) =>
    fail({ reason: "manifest-refused", reference: source, problem } as const);
  const shipped = await shippedManifest(folder, files);
  if (shipped === "too-large") return refuse("package-manifest-invalid");
  const text = shipped?.toString("utf8") ?? "{}";
  const manifest = parseForeignManifest(`${source} ${manifestName}`, text);
  if (!manifest.ok) return refuse("package-manifest-invalid");
  const name = manifest.value.name ?? reference.repository.split("/").at(-1) ?? "";
  const version = manifest.value.version ?? tagIn(source) ?? "unknown";
  const named = (manifest.value.language?.name ?? "python").toLowerCase();
  const language = languages.find((each) => each === named);
  if (language === undefined) return refuse("package-manifest-invalid");
  const key = keyText(name, language);
  if (!isPackageKey(key, language)) return refuse("name-unusable");
  const staged = await stagedPackage(folder, files, shipped, { name, version, language });
  if (staged === "ambiguous") return refuse("content-ambiguous");
  return ok({
    staged,
    locked: { key, version, integrity: staged.integrity, source, language, files },
  });
}

/** As it was typed: where there is none, aigg does not take `latest` for a version. */
function tagIn(source: string): string | undefined {
  return /:([^/:@]+)(?:@|$)/.exec(source)?.[1];
}
