import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { fail, ok, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { manifestName } from "../content.ts";
import type { PackagesFailure } from "../failure.ts";
import { readLock } from "../lock.ts";
import type { LockedPackage } from "../lock.ts";
import { parseForeignManifest, parsePackageManifest } from "../manifest.ts";
import type { Language } from "../package-name.ts";
import { inspectEntry } from "../store.ts";
import { entryFolder } from "../store-place.ts";
import type { Store } from "../store-place.ts";
import { asNpm, asPoetry, asPyproject, asRequirements, asText, asYarn } from "./formats.ts";
import type { Existing } from "./formats.ts";
import { needsOf } from "./need.ts";
import type { PackageNeeds } from "./need.ts";

export type ShowOptions = {
  /** A manifest, a lock, or a folder that holds one of them; absolute. */
  readonly path: string;
  /** In any case, such as `pyproject`. */
  readonly format: string;
  readonly store: Store;
  /** The `pyproject.toml` that the output may be appended to. */
  readonly pyproject: string | undefined;
};

/** What each package needs, and all of it together in the words of the format. */
export type Shown = {
  readonly format: string;
  readonly packages: readonly PackageNeeds[];
  readonly text: string;
};

type Format = {
  readonly names: readonly string[];
  readonly languages: readonly Language[];
  readonly write: (
    packages: readonly PackageNeeds[],
    existing: Existing,
  ) => Result<string, PackagesFailure>;
};

const python = ["python"] as const;
const javascript = ["javascript"] as const;
const formats: readonly Format[] = [
  {
    names: ["text"],
    languages: ["python", "javascript", "go", "rust"],
    write: (packages) => ok(asText(packages)),
  },
  { names: ["pyproject", "pep621"], languages: python, write: asPyproject },
  { names: ["poetry"], languages: python, write: asPoetry },
  { names: ["requirements", "pip"], languages: python, write: asRequirements },
  { names: ["npm", "package-json"], languages: javascript, write: asNpm },
  { names: ["yarn"], languages: javascript, write: asYarn },
];

/**
 * The dependencies of a package, or of all packages of a lock together, in the words of another package manager. A lock
 * has to be installed: what its packages need stands in the store.
 */
export async function showDependencies(
  options: ShowOptions,
): Promise<Result<Shown, PackagesFailure>> {
  const asked = options.format.toLowerCase();
  const format = formats.find(({ names }) => names.includes(asked));
  if (format === undefined) {
    const known = formats.flatMap(({ names }) => names.slice(0, 1));
    return fail({ reason: "format-unknown", format: options.format, known });
  }
  const file = await fileOf(options.path);
  const packages = file.endsWith(".lock")
    ? await lockedNeeds(file, options.store, format.languages)
    : await ownNeeds(file, asked, format.languages);
  if (!packages.ok) return packages;
  const hasProject = /^\s*\[project\]/m.test(options.pyproject ?? "");
  const text = format.write(packages.value, { hasProject });
  if (!text.ok) return text;
  return ok({ format: format.names[0] ?? asked, packages: packages.value, text: text.value });
}

async function ownNeeds(
  file: string,
  format: string,
  languages: readonly Language[],
): Promise<Result<readonly PackageNeeds[], PackagesFailure>> {
  const text = await readTextIfPresent(file);
  if (text === undefined) return fail({ reason: "package-file-missing", file });
  const manifest = parsePackageManifest(file, text);
  if (!manifest.ok) return manifest;
  const language = manifest.value.language.name;
  if (!languages.includes(language)) {
    return fail({ reason: "format-of-other-language", format, file, language });
  }
  return ok([needsOf(manifest.value)]);
}

/** A folder stands for its manifest, or for its lock where it has no manifest. */
async function fileOf(given: string): Promise<string> {
  const isFolder = (await isKind(given)) === "folder";
  if (!isFolder) return given;
  const manifest = path.join(given, manifestName);
  const lock = path.join(given, "aigogo.lock");
  return (await isKind(manifest)) === "none" && (await isKind(lock)) !== "none" ? lock : manifest;
}

async function isKind(file: string): Promise<"folder" | "other" | "none"> {
  try {
    return (await stat(file)).isDirectory() ? "folder" : "other";
  } catch (error) {
    if (error instanceof Error && "code" in error) return "none";
    throw error;
  }
}

async function lockedNeeds(
  lockFile: string,
  store: Store,
  languages: readonly Language[],
): Promise<Result<readonly PackageNeeds[], PackagesFailure>> {
  const lock = await readLock(lockFile, lockFile);
  if (!lock.ok) return lock;
  const all: PackageNeeds[] = [];
  for (const locked of lock.value.packages) {
    if (!languages.includes(locked.language)) continue;
    const needs = await storedNeeds(lockFile, store, locked);
    if (!needs.ok) return needs;
    all.push(needs.value);
  }
  return ok(all);
}

async function storedNeeds(
  lockFile: string,
  store: Store,
  { key, integrity, version, language }: LockedPackage,
): Promise<Result<PackageNeeds, PackagesFailure>> {
  const { state } = await inspectEntry(store, integrity);
  if (state !== "right") return fail({ reason: "package-not-installed", lockFile, key, state });
  const file = path.join(entryFolder(store, integrity), manifestName);
  const manifest = parseForeignManifest(file, await readFile(file, "utf8"));
  if (!manifest.ok) return manifest;
  const { dependencies } = manifest.value;
  const named = { name: language, version: manifest.value.language?.version || undefined };
  return ok(needsOf({ name: key, version, language: named, dependencies }));
}
