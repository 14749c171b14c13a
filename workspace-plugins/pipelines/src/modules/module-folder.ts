import { chmod, lstat, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fail, hasCode, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { RefusedFile } from "./archive.ts";
import type { ModulesFailure } from "./failure.ts";
import { contentDigest, filesProblem, isModulePath, moduleLimits } from "./module-files.ts";
import type { ModuleFile } from "./module-files.ts";

/** Every file of a folder; a link or a device in it is a problem, whatever it leads to. */
export async function readModuleFolder(
  folder: string,
): Promise<Result<readonly ModuleFile[], RefusedFile>> {
  const files: ModuleFile[] = [];
  let bytes = 0;
  const walk = async (below: string): Promise<RefusedFile | undefined> => {
    const entries = await readdir(path.join(folder, below), { withFileTypes: true });
    for (const entry of entries) {
      const name = below === "" ? entry.name : `${below}/${entry.name}`;
      if (!isModulePath(name)) return { path: name, problem: "path-odd" };
      if (entry.isDirectory()) {
        const problem = await walk(name);
        if (problem !== undefined) return problem;
        continue;
      }
      if (!entry.isFile()) return { path: name, problem: "not-a-file" };
      const { mode, size } = await lstat(path.join(folder, name));
      bytes += size;
      if (bytes > moduleLimits.bytes) return { path: name, problem: "too-large" };
      if (files.length >= moduleLimits.files) return { path: name, problem: "too-many" };
      const content = await readFile(path.join(folder, name));
      files.push({ path: name, isExecutable: (mode & 0o100) !== 0, bytes: content });
    }
    return undefined;
  };
  const problem = (await walk("")) ?? filesProblem(files);
  return problem === undefined ? ok(files) : fail(problem);
}

/** Writes the files into an empty folder, read-only. */
export async function writeModuleFolder(
  folder: string,
  files: readonly ModuleFile[],
): Promise<void> {
  for (const { path: name, isExecutable, bytes } of files) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes, { flag: "wx" });
    await chmod(file, isExecutable ? 0o555 : 0o444);
  }
}

/** Whether a folder holds what is locked, and nothing else. Asked each time before anything in it is run. */
export async function verifyModule(
  module: string,
  folder: string,
  expected: Digest,
): Promise<Result<undefined, ModulesFailure>> {
  const changed = (actual: string): Result<never, ModulesFailure> =>
    fail({ reason: "module-changed", module, place: folder, expected, actual });
  try {
    const files = await readModuleFolder(folder);
    if (!files.ok) return changed(`${files.failure.path}: ${files.failure.problem}`);
    const actual = contentDigest(files.value);
    return actual === expected ? ok(undefined) : changed(actual);
  } catch (error) {
    if (!hasCode(error, ["ENOENT", "ENOTDIR", "EACCES"])) throw error;
    return changed("nothing that can be read");
  }
}
