import type { Stats } from "node:fs";
import path from "node:path";
import { digestOf, openDigest } from "./digest.ts";
import type { Digest } from "./digest.ts";
import type { HashingFailure } from "./failure.ts";
import { closeSync, constants, fstatSync, openSync, readSync } from "./file-system.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";
import { isCertain } from "./utf8.ts";

export type FileDigest = {
  readonly path: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
  /** Has CR LF somewhere, and may be a text that is signed as if it had LF; left out where not. */
  readonly hasCrlf?: true;
};

/** From 64 KiB to 1 MiB all take the same time; a file that fits is hashed by one call. */
const chunkBytes = 256 * 1024;
/** One for all files of a thread: new memory for each takes longer than to read into it. */
const lazily: { chunk?: Buffer } = {};
const attempts = 5;

/**
 * The digest of a regular file and its mode bit, as they were together at one moment: a file that changes meanwhile is
 * read again, a few times. A path that has become a symlink is refused. `beforeSecondLook` is called between reading a
 * file and looking whether it is still the same.
 */
export function digestFile(
  folder: string,
  relative: string,
  beforeSecondLook: () => void = () => {},
): Result<FileDigest, HashingFailure> {
  const found = readAtRest(folder, relative, beforeSecondLook);
  if (!found.ok) return found;
  const { digest, stat, hasCrlf } = found.value;
  const isExecutable = (stat.mode & 0o100) !== 0;
  const file = { path: relative, digest, sizeBytes: stat.size, isExecutable };
  return ok(hasCrlf ? { ...file, hasCrlf } : file);
}

type ReadFile = { readonly digest: Digest; readonly hasCrlf: boolean; readonly stat: Stats };

/** The same with the whole stat. */
export function readAtRest(
  folder: string,
  relative: string,
  beforeSecondLook: () => void = () => {},
): Result<ReadFile, HashingFailure> {
  if (!isCertain(relative))
    return fail({ reason: "file-unreadable", path: relative, code: "not-utf8" });
  try {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const found = readOnce(path.join(folder, relative), beforeSecondLook);
      if (found === "not-a-file")
        return fail({ reason: "file-unreadable", path: relative, code: found });
      if (found !== "changed") return ok(found);
    }
    return fail({ reason: "file-keeps-changing", path: relative });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    return fail({ reason: "file-unreadable", path: relative, code });
  }
}

function readOnce(
  absolute: string,
  beforeSecondLook: () => void,
): ReadFile | "changed" | "not-a-file" {
  // Without O_NONBLOCK, opening what has become a pipe would wait for a writer.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = openSync(absolute, flags);
  try {
    const before = fstatSync(file);
    if (!before.isFile()) return "not-a-file";
    const chunk = (lazily.chunk ??= Buffer.allocUnsafeSlow(chunkBytes));
    const read =
      before.size <= chunkBytes
        ? digestWhole(file, chunk.subarray(0, before.size))
        : digestByChunk(file, chunk);
    beforeSecondLook();
    const stat = fstatSync(file);
    return isSame(before, stat) ? { ...read, stat } : "changed";
  } finally {
    closeSync(file);
  }
}

/** As many bytes as the file had: if it has more or less by now, the second look tells. */
function digestWhole(file: number, whole: Buffer): Omit<ReadFile, "stat"> {
  let filled = 0;
  while (filled < whole.byteLength) {
    const read = readSync(file, whole, filled, whole.byteLength - filled, null);
    if (read === 0) break;
    filled += read;
  }
  const bytes = whole.subarray(0, filled);
  return { digest: digestOf(bytes), hasCrlf: bytes.includes("\r\n") };
}

function digestByChunk(file: number, chunk: Buffer): Omit<ReadFile, "stat"> {
  const hashing = openDigest();
  let hasCrlf = false;
  let endsInCr = false;
  for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
    const bytes = chunk.subarray(0, read);
    hashing.update(bytes);
    hasCrlf ||= (endsInCr && bytes[0] === 0x0a) || bytes.includes("\r\n");
    endsInCr = bytes.at(-1) === 0x0d;
  }
  return { digest: hashing.end().digest, hasCrlf };
}

/** Times as doubles have a quarter of a microsecond: no read is so short. */
function isSame(a: Stats, b: Stats): boolean {
  return (
    a.size === b.size && a.mode === b.mode && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs
  );
}
