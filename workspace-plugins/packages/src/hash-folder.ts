import { closeSync, constants, openSync, readSync, readdirSync } from "node:fs";
import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { compareBytes, openDigest } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import { openOtherCut } from "./other-cut.ts";
import { isPackagePath } from "./package-path.ts";
import type { PackagePath } from "./package-path.ts";

const chunkBytes = 256 * 1024;
/** After so many bytes others get their turn: requests, and Ctrl-C. */
const bytesInOneTurn = 16 * 1024 * 1024;

/**
 * The integrity of a package that lies on disk, as `integrityOf` has it. Files are read in pieces and, since most are
 * small, by calls that do not wait for a turn: 4000 of them take a tenth of the time. `ambiguous`: other contents of the
 * same files would have the same integrity, so that it says nothing of these.
 */
export async function integrityOfFolder(
  folder: string,
  files: readonly PackagePath[],
  manifest: Uint8Array,
): Promise<Digest | "ambiguous"> {
  const hashing = openDigest();
  const otherCut = openOtherCut(files);
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let bytesOfTurn = 0;
  for (const name of files.toSorted(compareBytes)) {
    hashing.update(`${name}\0`);
    // A link that took the place of a file meanwhile is not followed.
    const file = openSync(path.join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
        hashing.update(chunk.subarray(0, read));
        otherCut.see(chunk.subarray(0, read));
        bytesOfTurn += read;
        if (bytesOfTurn > bytesInOneTurn) {
          await nextTurn();
          bytesOfTurn = 0;
        }
      }
    } finally {
      closeSync(file);
    }
    hashing.update("\0");
    otherCut.end();
  }
  hashing.update("__manifest__\0");
  hashing.update(manifest);
  otherCut.see(manifest);
  otherCut.end();
  return otherCut.isFound() ? "ambiguous" : hashing.end().digest;
}

/** All files below, or the path of the first thing that is no file and no folder, or has no plain name. */
export function filesBelow(
  root: string,
  folder = "",
): { readonly files: readonly PackagePath[]; readonly odd?: string } {
  const files: PackagePath[] = [];
  for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
    const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (!isPackagePath(name)) return { files, odd: name };
    if (entry.isDirectory()) {
      const inner = filesBelow(root, name);
      files.push(...inner.files);
      if (inner.odd !== undefined) return { files, odd: inner.odd };
    } else if (entry.isFile()) {
      files.push(name);
    } else {
      return { files, odd: name };
    }
  }
  return { files };
}
