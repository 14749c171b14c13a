import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from "node:fs";
import { pieceBytes } from "../layers/file-window.ts";
import { StoreDoubt } from "./store-doubt.ts";

/**
 * Reads a file of the folder that was opened. Its name is bytes, each of which is one character. A piece holds until the
 * next is asked for, of any file.
 */
export type ReadOwnFile = (name: string, sizeBytes: number) => Generator<Uint8Array>;

/**
 * Regular files under a folder, by names that somebody else chose: one that leads out of it, by `..` or by a link, is
 * not read. Who could exchange a folder meanwhile has to be root.
 */
export function openOwnFiles(folder: string): ReadOwnFile {
  const piece = Buffer.allocUnsafe(pieceBytes);
  const known = new Set<string>();
  const root = Buffer.from(folder).toString("latin1");
  const checkFolder = (name: string): void => {
    if (known.has(name)) return;
    if (!lstatSync(asPath(name)).isDirectory()) throw new StoreDoubt("not a folder");
    known.add(name);
  };
  return function* read(name, sizeBytes) {
    const parts = name.split("/").filter((part) => part !== "" && part !== ".");
    if (parts.includes("..") || name.includes("\0")) throw new StoreDoubt("a name that leads out");
    let place = root;
    for (const part of parts) {
      checkFolder(place);
      place += `/${part}`;
    }
    yield* readFile(asPath(place), sizeBytes, piece);
  };
}

function asPath(name: string): Buffer {
  return Buffer.from(name, "latin1");
}

/** By calls that block: small files are many, and what a build wrote a moment ago is in memory. */
function* readFile(place: Buffer, sizeBytes: number, piece: Buffer): Generator<Uint8Array> {
  // A pipe would be waited for.
  const descriptor = openSync(
    place,
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  );
  try {
    const facts = fstatSync(descriptor);
    if (!facts.isFile() || facts.size !== sizeBytes) throw new StoreDoubt("another file");
    for (let at = 0; at < sizeBytes;) {
      const length = Math.min(piece.length, sizeBytes - at);
      const bytesRead = readSync(descriptor, piece, 0, length, at);
      if (bytesRead === 0) throw new StoreDoubt("a file became shorter");
      at += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    closeSync(descriptor);
  }
}
