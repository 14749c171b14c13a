import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import tar from "tar-stream";
import type { RunName, SmokeFailure } from "./failure.ts";
import type { FileContent } from "./tree.ts";
import type { Conditions } from "./variation.ts";

/** Headers hold nothing of this machine: no times, owners or mode bits but "executable". */
export function packInputs(
  files: readonly FileContent[],
  order: Conditions["inputOrder"],
): Readable {
  const pack = tar.pack();
  for (const file of order === "ascending" ? files : files.toReversed()) {
    const mode = file.isExecutable ? 0o755 : 0o644;
    pack.entry({ name: file.path, mode, mtime: new Date(0) }, Buffer.from(file.bytes));
  }
  pack.finalize();
  return Readable.from(pack);
}

/** The regular files of the archive. Anything but files and folders is refused: outputs are bytes, compared as bytes. */
export async function readOutputFiles(
  run: RunName,
  archive: Uint8Array,
): Promise<Result<readonly FileContent[], SmokeFailure>> {
  const files = new Map<string, FileContent>();
  const refused = (path: string, detail: string): Result<never, SmokeFailure> =>
    fail({ reason: "smoke-output-refused", run, path, detail });
  const extract = tar.extract();
  extract.end(archive);
  try {
    for await (const member of extract) {
      const { name, type, mode } = member.header;
      const path = name.replace(/^(\.\/)+/, "").replace(/\/$/, "");
      const bytes = await buffer(member);
      if (type === "directory") continue;
      const problem = problemOf(path, type, files);
      if (problem !== undefined) return refused(path, problem);
      files.set(path, { path, bytes, isExecutable: ((mode ?? 0) & 0o100) !== 0 });
    }
  } catch (error) {
    return refused("", `the archive is broken: ${String(error)}`);
  }
  return ok([...files.values()]);
}

function problemOf(
  path: string,
  type: string | null | undefined,
  files: ReadonlyMap<string, FileContent>,
): string | undefined {
  if (type !== "file") return `it is a ${type ?? "member of no known kind"}`;
  if (path.startsWith("/") || path.split("/").includes("..")) return "its name leaves the folder";
  return files.has(path) ? "it comes twice" : undefined;
}
