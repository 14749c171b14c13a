import { globSync } from "node:fs";
import path from "node:path";
import { existsSync } from "@slipway/signature/file-system";
import { fail, ok } from "@slipway/signature/result";
import type { Failure } from "@slipway/report";
import type { Result } from "@slipway/signature";

/** A project with an `ao.yml`: its folder relative to the workspace, and its name. */
export type AoProject = { readonly projectRoot: string; readonly projectName: string };

const passedOver = ["node_modules", "dist", ".git", ".nx", ".slipway"];

/** By its folder or its name; without a word the one that we stand in. */
export function findAoProject(
  workspaceRoot: string,
  word: string | undefined,
): Result<AoProject, Failure> {
  const folder =
    word === undefined
      ? around(process.cwd(), workspaceRoot)
      : (at(path.resolve(word)) ?? named(workspaceRoot, word));
  if (folder === undefined)
    return fail({ reason: "ao-definition-missing", file: path.posix.join(word ?? ".", "ao.yml") });
  const relative = path.relative(workspaceRoot, folder).replaceAll(path.sep, "/");
  return ok({ projectRoot: relative === "" ? "." : relative, projectName: path.basename(folder) });
}

function at(folder: string): string | undefined {
  return existsSync(path.join(folder, "ao.yml")) ? folder : undefined;
}

function around(from: string, workspaceRoot: string): string | undefined {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const found = at(folder);
    if (found !== undefined) return found;
    if (folder === workspaceRoot || path.dirname(folder) === folder) return undefined;
  }
}

function named(workspaceRoot: string, name: string): string | undefined {
  return allAoProjects(workspaceRoot).find((folder) => path.basename(folder) === name);
}

/** The folders of all, absolute. */
export function allAoProjects(workspaceRoot: string): readonly string[] {
  const files = globSync("**/ao.yml", {
    cwd: workspaceRoot,
    exclude: (each) => passedOver.includes(path.basename(each)),
  });
  return files.map((file) => path.join(workspaceRoot, path.dirname(file))).toSorted();
}
