import { readFile, readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { fail, ok, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { inByteOrder, manifestName } from "./content.ts";
import type { PackageFile } from "./content.ts";
import type { PackagesFailure } from "./failure.ts";
import { hasCode } from "@slipway/signature/read-text";
import { ignoreRules } from "./ignore.ts";
import type { EntryKind } from "./ignore.ts";
import { includePattern } from "./include.ts";
import type { LayerSource } from "./layer.ts";
import type { PackageManifest } from "./manifest.ts";
import type { Language } from "./package-name.ts";
import { isPackagePath, pathProblem } from "./package-path.ts";

const extensions: Readonly<Record<Language, readonly string[]>> = {
  python: ["py"],
  javascript: ["js", "ts", "jsx", "tsx", "mjs", "cjs"],
  go: ["go"],
  rust: ["rs"],
};

/** The files of a package, `aigogo.json` always among them, in byte order of their paths. */
export async function discoverFiles(
  projectFolder: string,
  manifest: PackageManifest,
): Promise<Result<readonly PackageFile[], PackagesFailure>> {
  const sources = await discoverSources(projectFolder, manifest);
  if (!sources.ok) return sources;
  const files: PackageFile[] = [];
  for (const source of sources.value) {
    files.push({ path: source.path, bytes: await readFile(source.file) });
  }
  return ok(files);
}

/** The same, and where their bytes are: a symbolic link stands for what it points at. */
export async function discoverSources(
  projectFolder: string,
  manifest: PackageManifest,
): Promise<Result<readonly LayerSource[], PackagesFailure>> {
  const ignoreFile = (await readTextIfPresent(path.join(projectFolder, ".aigogoignore"))) ?? "";
  const ignores = ignoreRules(manifest.files?.exclude ?? [], ignoreFile);
  const includes = includedBy(manifest);
  // Our own output, even where `!dist/` lets the rest of dist in.
  const isTaken = (name: string, kind: EntryKind) =>
    name !== "dist/pack" && name !== manifestName && ignores(name, kind) === undefined;
  const names = (await namesUnder(projectFolder, "", isTaken)).filter(includes);
  if (names.length === 0) {
    return fail({ reason: "package-empty", file: path.join(projectFolder, manifestName) });
  }
  const root = await realpath(projectFolder);
  const sources: LayerSource[] = [];
  for (const name of [...names, manifestName]) {
    const source = await sourceInside(root, name);
    if (!source.ok) return source;
    sources.push(source.value);
  }
  return ok(inByteOrder(sources));
}

function includedBy(manifest: PackageManifest): (name: string) => boolean {
  const asked = manifest.files?.include ?? [];
  if (asked === "auto") {
    const endings = extensions[manifest.language.name].map((extension) => `.${extension}`);
    return (name) => endings.some((ending) => name.endsWith(ending));
  }
  const patterns = (typeof asked === "string" ? [asked] : asked).map(includePattern);
  return (name) => patterns.some((includes) => includes(name));
}

/** The files below a folder that are taken, and whose folders are; links are told and not followed. */
export async function namesUnder(
  projectFolder: string,
  folder: string,
  isTaken: (name: string, kind: EntryKind) => boolean,
): Promise<readonly string[]> {
  const names: string[] = [];
  const entries = await readdir(path.join(projectFolder, folder), { withFileTypes: true });
  for (const entry of entries) {
    const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (!isTaken(name, entry.isDirectory() ? "folder" : "file")) continue;
    if (entry.isDirectory()) names.push(...(await namesUnder(projectFolder, name, isTaken)));
    else if (entry.isFile() || entry.isSymbolicLink()) names.push(name);
  }
  return names;
}

/** What a symbolic link points at must lie inside the project: a package must not leak others. */
async function sourceInside(
  root: string,
  name: string,
): Promise<Result<LayerSource, PackagesFailure>> {
  if (!isPackagePath(name)) {
    const problem = pathProblem(name) ?? "not-a-file";
    return fail({ reason: "source-unusable", path: JSON.stringify(name), problem });
  }
  const unusable = fail({ reason: "source-unusable", path: name, problem: "not-a-file" } as const);
  try {
    const real = await realpath(path.join(root, name));
    if (!real.startsWith(root + path.sep)) {
      return fail({ reason: "source-escapes", path: name, target: real });
    }
    return (await stat(real)).isFile() ? ok({ path: name, file: real }) : unusable;
  } catch (error) {
    // A link to nowhere, or to itself.
    if (hasCode(error, ["ENOENT", "ELOOP"])) return unusable;
    throw error;
  }
}
