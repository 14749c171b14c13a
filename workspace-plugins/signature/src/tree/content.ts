import type { Stats } from "node:fs";
import { writeSha256 } from "../digest.ts";
import { closeSync, constants, fstatSync, openSync, readSync } from "../file-system.ts";
import { isRacy } from "./clock.ts";
import { codeOf } from "./look.ts";

/** What one read of a file gave: the stat that it had when the last byte was read. */
export type Content =
  | {
      readonly state: "read";
      readonly stat: Stats;
      readonly hasCrlf: boolean;
    }
  /** Too large for one read, changed too late to tell, no regular file, gone or closed: to be looked at with more care. */
  | { readonly state: "not-read" };

/** Files below this are read by one call into one buffer. Pages of it that are never needed are never touched. */
const wholeBytes = 1024 ** 2;

// O_NOFOLLOW: a path that became a symlink is refused. O_NONBLOCK: what became a pipe does not wait for a writer.
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Writes the digest of what it reads into `digests`. */
export type Reader = (absolute: string, digests: Uint8Array, offset: number) => Content;

/**
 * Reads small files whole. One stat, after the read, is enough to know that a file did not change meanwhile: a change
 * would have left a time that is not before `raceMs`, the moment when the scan began by the clock of the file system.
 */
export function openReader(raceMs: number): Reader {
  const buffer = Buffer.allocUnsafeSlow(wholeBytes);
  return (absolute, digests, offset) => {
    let file: number | undefined;
    try {
      file = openSync(absolute, flags);
      const read = readSync(file, buffer);
      const stat = fstatSync(file);
      if (!stat.isFile() || read === wholeBytes || read !== stat.size || isRacy(stat, raceMs)) {
        return { state: "not-read" };
      }
      const bytes = buffer.subarray(0, read);
      writeSha256(bytes, digests, offset);
      return { state: "read", stat, hasCrlf: hasCrlf(bytes) };
    } catch (error) {
      codeOf(error);
      return { state: "not-read" };
    } finally {
      if (file !== undefined) closeSync(file);
    }
  };
}

function hasCrlf(bytes: Buffer): boolean {
  // Most texts have no CR, and looking for one byte takes a third of the time.
  const cr = bytes.indexOf(0x0d);
  return cr !== -1 && bytes.includes("\r\n", cr);
}
