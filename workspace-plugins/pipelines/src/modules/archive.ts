import { buffer } from "node:stream/consumers";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import tar from "tar-stream";
import type { Header } from "tar-stream";
import { filesProblem, inOrder, isModulePath, moduleLimits } from "./module-files.ts";
import type { FilesProblem, ModuleFile } from "./module-files.ts";

export type RefusedFile = { readonly path: string; readonly problem: FilesProblem };

/** An uncompressed tar of regular files; equal files, equal bytes. */
export async function writeArchive(files: readonly ModuleFile[]): Promise<Buffer<ArrayBuffer>> {
  const pack = tar.pack();
  for (const { path, isExecutable, bytes } of inOrder(files)) {
    const mode = isExecutable ? 0o755 : 0o644;
    pack.entry({ name: path, mode, mtime: new Date(0) }, Buffer.from(bytes));
  }
  pack.finalize();
  return Buffer.from(await buffer(pack));
}

/** The files of an uncompressed tar, if they can be those of a module. Nothing is written. */
export async function readArchive(
  bytes: Uint8Array,
): Promise<Result<readonly ModuleFile[], RefusedFile>> {
  const extract = tar.extract();
  extract.end(Buffer.from(bytes));
  const files: ModuleFile[] = [];
  try {
    for await (const entry of extract) {
      const { name, size, mode } = entry.header;
      // What cannot be read as a number has no end for the library, and would be waited for.
      if (!Number.isSafeInteger(size)) return fail({ path: name, problem: "not-a-tar" });
      const kind = kindOf(entry.header);
      if (kind === "folder") {
        entry.resume();
        continue;
      }
      if (kind === "other") return fail({ path: name, problem: "not-a-file" });
      if (!isModulePath(name)) return fail({ path: name, problem: "path-odd" });
      if (files.length >= moduleLimits.files) return fail({ path: name, problem: "too-many" });
      const content = await buffer(entry);
      files.push({ path: name, isExecutable: (mode & 0o100) !== 0, bytes: content });
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return fail({ path: error.message, problem: "not-a-tar" });
  }
  const problem = filesProblem(files);
  return problem === undefined ? ok(files) : fail(problem);
}

/** A sparse file's bytes are not those of the file. */
function kindOf({ type, pax }: Header): "file" | "folder" | "other" {
  if (type === "directory") return "folder";
  const isSparse = Object.keys(pax ?? {}).some((key) => key.startsWith("GNU.sparse."));
  return (type === "file" || type === "contiguous-file") && !isSparse ? "file" : "other";
}
