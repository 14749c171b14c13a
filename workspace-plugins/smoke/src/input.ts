import { constants } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { fail, ok, pathMatcher } from "@slipway/signature/basics";
import { listFiles } from "@slipway/signature/listing";
import type { SignatureFailure, Result } from "@slipway/signature";
import { definitionName } from "./definition.ts";
import type { SmokeFailure } from "./failure.ts";
import type { FileContent } from "./tree.ts";

/**
 * The declared files of a project, as they are on disk now, in the order of their paths. What git ignores is not
 * seen, as it is not seen by Nx; a symlink is refused, since what it points at may not be in the container.
 */
export async function readInputs(
  projectFolder: string,
  patterns: readonly string[],
  signal: AbortSignal,
): Promise<Result<readonly FileContent[], SmokeFailure | SignatureFailure>> {
  if (patterns.length === 0) return ok([]);
  const listing = await listFiles(projectFolder, signal);
  if (!listing.ok) return listing;
  const listed = listing.value.files.filter((file) => !file.path.startsWith("dist/"));
  const empty = patterns.find(
    (pattern) =>
      !pattern.startsWith("!") && !listed.some((file) => pathMatcher([pattern])(file.path)),
  );
  if (empty !== undefined) {
    return fail({ reason: "smoke-input-missing", file: definitionName, pattern: empty });
  }
  const isDeclared = pathMatcher(patterns);
  const declared = listed.filter(({ path: name }) => isDeclared(name));
  const link = declared.find(({ kind }) => kind === "symlink");
  if (link !== undefined) {
    return fail({ reason: "smoke-input-refused", path: link.path, detail: "it is a symlink" });
  }
  return ok(await readContents(projectFolder, declared));
}

/** Whole files, as they are now. A path that has become a symlink is refused by the system. */
export async function readContents(
  folder: string,
  files: readonly { readonly path: string }[],
): Promise<readonly FileContent[]> {
  const contents: FileContent[] = [];
  for (const file of files) contents.push(await readContent(folder, file.path));
  return contents;
}

async function readContent(folder: string, relative: string): Promise<FileContent> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  await using file = await open(path.join(folder, relative), flags);
  const { mode } = await file.stat();
  return { path: relative, bytes: await file.readFile(), isExecutable: (mode & 0o100) !== 0 };
}
