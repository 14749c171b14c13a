import { parseReference } from "@slipway/registry";
import type { Registry, RegistryFailure } from "@slipway/registry";
import { fail, ok, shortDigest } from "@slipway/signature";
import type { Outcome, Result } from "@slipway/signature";
import { contentOf, integrityOf, manifestName } from "./content.ts";
import type { PackageFile } from "./content.ts";
import type { ManifestProblem, PackagesCause, PackagesFailure } from "./failure.ts";
import { fetchFiles, filesOf } from "./fetch.ts";
import { readLock, withPackage, writeLock } from "./lock.ts";
import type { LockedPackage } from "./lock.ts";
import { parseForeignManifest } from "./manifest.ts";
import { isPackageKey, keyText, languages } from "./package-name.ts";

export type AddOptions = {
  /** As typed; the tag is `latest` where it has none. */
  readonly reference: string;
  /** Absolute; made where there is none. One that cannot be read is left alone. */
  readonly lockFile: string;
  readonly registry: Registry;
};

type Failure = PackagesFailure | RegistryFailure;

/** Locks the content that the reference names now, always from the registry. Links nothing. */
export async function addPackage(
  options: AddOptions,
): Promise<Result<Outcome<PackagesCause> & { readonly locked: LockedPackage }, Failure>> {
  const lock = await readLock(options.lockFile, options.lockFile);
  const empty = !lock.ok && lock.failure.reason === "package-file-missing";
  if (!lock.ok && !empty) return lock;
  const before = lock.ok ? lock.value : { packages: [] };
  const locked = await resolve(options.registry, options.reference);
  if (!locked.ok) return locked;
  const { key, version, integrity } = locked.value;
  const facts = { package: `${key} ${version}`, integrity: shortDigest(integrity) };
  const known = before.packages.find((each) => each.key === key);
  if (JSON.stringify(known) === JSON.stringify(locked.value)) {
    return ok({ state: "unchanged", cause: "lock-agrees", facts, locked: locked.value });
  }
  await writeLock(options.lockFile, withPackage(before, locked.value));
  return ok({ state: "done", cause: "lock-changed", facts, locked: locked.value });
}

async function resolve(registry: Registry, text: string): Promise<Result<LockedPackage, Failure>> {
  const asked = parseReference(text);
  if (!asked.ok) return asked;
  const isNamed = asked.value.tag !== undefined || asked.value.digest !== undefined;
  const reference = isNamed ? asked : parseReference(`${text}:latest`);
  if (!reference.ok) return reference;
  const absent = { reason: "package-missing", reference: text, immutable: undefined } as const;
  const files = filesOf(await fetchFiles(registry, reference.value), absent);
  if (!files.ok) return files;
  return lockedAs(text, reference.value, files.value);
}

function lockedAs(
  source: string,
  reference: { readonly repository: string; readonly tag?: string },
  files: readonly PackageFile[],
): Result<LockedPackage, PackagesFailure> {
  const refuse = (problem: ManifestProblem) =>
    fail({ reason: "manifest-refused", reference: source, problem } as const);
  const shipped = files.find((file) => file.path === manifestName);
  const text = shipped === undefined ? "{}" : Buffer.from(shipped.bytes).toString("utf8");
  const manifest = parseForeignManifest(`${source} ${manifestName}`, text);
  if (!manifest.ok) return refuse("package-manifest-invalid");
  const name = manifest.value.name ?? reference.repository.split("/").at(-1) ?? "";
  const version = manifest.value.version ?? reference.tag ?? "unknown";
  const named = (manifest.value.language?.name ?? "python").toLowerCase();
  const language = languages.find((each) => each === named);
  if (language === undefined) return refuse("package-manifest-invalid");
  const key = keyText(name, language);
  if (!isPackageKey(key, language)) return refuse("name-unusable");
  const integrity = integrityOf(contentOf(files, { name, version, language }));
  const paths = files.map((file) => file.path);
  return ok({ key, version, integrity, source, language, files: paths });
}
