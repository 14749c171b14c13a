import path from "node:path";
import { fail, ok, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { manifestName } from "../content.ts";
import type { PackageFile } from "../content.ts";
import { discoverFiles } from "../discovery.ts";
import type { PackagesFailure } from "../failure.ts";
import { parsePackageManifest } from "../manifest.ts";
import type { PackageManifest } from "../manifest.ts";
import type { Language } from "../package-name.ts";
import { declaredIn } from "./declared.ts";
import { findDependencies } from "./dependencies.ts";
import type { Found } from "./dependencies.ts";
import { goOrigins } from "./go-origins.ts";
import { npmOrigins } from "./npm-origins.ts";
import type { OriginsOf } from "./origin.ts";
import { projectFiles } from "./project-files.ts";
import { goModuleOf, packageJsonIn, sitePackagesOf } from "./project-environment.ts";
import { pythonOrigins } from "./python-origins.ts";
import { readSources } from "./read-sources.ts";
import type { Sources } from "./read-sources.ts";
import { rustOrigins } from "./rust-origins.ts";
import { suggest } from "./suggest.ts";
import type { Suggestions } from "./suggest.ts";

export type ScanOptions = {
  /** Holds the manifest. Failures name files below it as it is given, so relative where the user may stand. */
  readonly projectFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
};

export type Scan = Found & {
  readonly package: {
    readonly name: string;
    readonly version: string;
    readonly language: Language;
  };
  readonly suggestions: Suggestions;
};

/** A project as it would be packed. */
export type Project = {
  readonly manifest: PackageManifest;
  /** That of the manifest. */
  readonly text: string;
  readonly files: readonly PackageFile[];
};

/** Reads the imports of the files that the package would hold. Runs nothing of the project and asks no network. */
export async function scanPackage(options: ScanOptions): Promise<Result<Scan, PackagesFailure>> {
  const project = await readProject(options.projectFolder);
  return project.ok ? scanProject(project.value, options) : project;
}

export async function readProject(folder: string): Promise<Result<Project, PackagesFailure>> {
  const file = path.join(folder, manifestName);
  const text = await readTextIfPresent(file);
  if (text === undefined) return fail({ reason: "package-file-missing", file });
  const manifest = parsePackageManifest(file, text);
  if (!manifest.ok) return manifest;
  const files = await discoverFiles(folder, manifest.value);
  return files.ok ? ok({ manifest: manifest.value, text, files: files.value }) : files;
}

export async function scanProject(
  { manifest, files }: Project,
  { projectFolder, environment, signal }: ScanOptions,
): Promise<Result<Scan, PackagesFailure>> {
  const { name, version } = manifest;
  const language = manifest.language.name;
  const isPython = language === "python";
  const environments = isPython
    ? await sitePackagesOf(projectFolder, environment["VIRTUAL_ENV"])
    : [];
  const reading = { projectFolder, environment, environments, signal };
  const sources = await readSources(language, files, reading);
  if (!sources.ok) return sources;
  const originsOf = await originsIn(manifest, files, sources.value, projectFolder);
  const declared = declaredIn(manifest);
  const found = findDependencies(language, sources.value.files, originsOf, declared);
  const suggestions = await suggest(language, projectFolder, found.dependencies);
  return ok({ package: { name, version, language }, ...found, suggestions });
}

async function originsIn(
  manifest: PackageManifest,
  files: readonly PackageFile[],
  sources: Sources,
  projectFolder: string,
): Promise<OriginsOf> {
  const declared = declaredIn(manifest).map(({ name }) => name);
  const inProject = projectFiles(
    projectFolder,
    files.map((file) => file.path),
  );
  switch (manifest.language.name) {
    case "python":
      return pythonOrigins(sources, inProject);
    case "javascript": {
      const shipped = files.find((file) => file.path === "package.json");
      const text = Buffer.from(shipped?.bytes ?? []).toString("utf8");
      return npmOrigins(packageJsonIn(text)?.name, inProject);
    }
    case "go":
      return goOrigins(await goModuleOf(projectFolder), declared);
    case "rust":
      return rustOrigins(manifest.name, sources.modules);
  }
}
