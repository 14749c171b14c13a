import { realpath } from "node:fs/promises";
import path from "node:path";
import { fail, hasCode, ok, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ReleasedPackage } from "./definition.ts";
import type { PackedFailure } from "./failure.ts";
import { parsePackageJson } from "./tarball.ts";
import type { PackageJson } from "./tarball.ts";

/** A package of a release, found on disk. */
export type FoundPackage = {
  /** As `ao.yml` names it. */
  readonly shown: string;
  /** Absolute. */
  readonly folder: string;
  /** The file of the package that carries ids of processes. */
  readonly idsFile: string | undefined;
  readonly packageJson: PackageJson;
};

export async function findPackage(
  { folder: shown, ids }: ReleasedPackage,
  projectFolder: string,
  workspaceRoot: string,
): Promise<Result<FoundPackage, PackedFailure>> {
  const folder = await realFolder(path.resolve(projectFolder, shown));
  if (folder === undefined) return fail({ reason: "npm-package-missing", folder: shown });
  if (!isInside(folder, await realpath(workspaceRoot)))
    return fail({ reason: "npm-package-outside", folder: shown });
  const text = await readTextIfPresent(path.join(folder, "package.json"));
  if (text === undefined) return fail({ reason: "npm-package-missing", folder: shown });
  const packageJson = parsePackageJson(text);
  if (packageJson === undefined) {
    const problem = "its package.json names no package and version";
    return fail({ reason: "npm-package-invalid", folder: shown, problem });
  }
  if (packageJson.private) return fail({ reason: "npm-package-private", folder: shown });
  return ok({ shown, folder, idsFile: ids, packageJson });
}

async function realFolder(folder: string): Promise<string | undefined> {
  try {
    return await realpath(folder);
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR"])) return undefined;
    throw error;
  }
}

function isInside(folder: string, root: string): boolean {
  const relative = path.relative(root, folder);
  return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}
