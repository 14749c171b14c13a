import { hexOf } from "../digest.ts";
import type { Digest } from "../digest.ts";

/**
 * Writes a Directory message of the Remote Execution API, version 2, byte for byte as the protobuf library does. A
 * library makes an object for each node and each digest of it; for a tree of 100 000 files that takes longer than to
 * read and hash them. A test holds it to the library.
 */
export type DirectoryWriter = {
  readonly file: (name: string, digest: Sha256, sizeBytes: number, isExecutable: boolean) => void;
  readonly folder: (name: string, digest: Sha256, sizeBytes: number) => void;
  readonly symlink: (name: string, target: string) => void;
  /** The message, valid until the writer is used again: files, folders and symlinks in this order, each sorted by name. */
  readonly end: () => Uint8Array;
};

/** 32 bytes, or what they are in hex with what it is before it. */
type Sha256 = Uint8Array | Digest;

/** Keys of the fields: number << 3 | 2, for a length and bytes; | 0 for a varint. */
const key = {
  files: 0x0a,
  directories: 0x12,
  symlinks: 0x1a,
  name: 0x0a,
  digest: 0x12,
  isExecutable: 0x20,
  target: 0x12,
  hash: 0x0a,
  sizeBytes: 0x10,
};

const hexDigits = new Uint8Array(Buffer.from("0123456789abcdef"));
const hashLength = 64;

export function openDirectoryWriter(): DirectoryWriter {
  let buffer = Buffer.allocUnsafeSlow(64 * 1024);
  let at = 0;
  const reserve = (bytes: number): void => {
    if (at + bytes <= buffer.byteLength) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(buffer.byteLength * 2, at + bytes));
    buffer.copy(larger, 0, 0, at);
    buffer = larger;
  };
  const byte = (value: number): void => {
    buffer[at] = value;
    at += 1;
  };
  const varint = (value: number): void => {
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) byte((rest % 0x80) | 0x80);
    byte(rest);
  };
  const text = (field: number, value: string, length: number): void => {
    byte(field);
    varint(length);
    at += buffer.write(value, at);
  };
  const node = (
    field: number,
    name: string,
    from: { digest: Sha256; sizeBytes: number; isExecutable: boolean },
  ): void => {
    const { digest, sizeBytes, isExecutable } = from;
    const nameLength = Buffer.byteLength(name);
    const digestLength = 2 + hashLength + (sizeBytes === 0 ? 0 : 1 + varintLength(sizeBytes));
    const length =
      1 + varintLength(nameLength) + nameLength + 2 + digestLength + (isExecutable ? 2 : 0);
    reserve(length + 8);
    byte(field);
    varint(length);
    text(key.name, name, nameLength);
    byte(key.digest);
    byte(digestLength);
    byte(key.hash);
    byte(hashLength);
    if (typeof digest === "string") at += buffer.write(hexOf(digest), at, "latin1");
    else at = writeHex(buffer, at, digest);
    if (sizeBytes !== 0) {
      byte(key.sizeBytes);
      varint(sizeBytes);
    }
    if (isExecutable) {
      byte(key.isExecutable);
      byte(1);
    }
  };
  return {
    file: (name, digest, sizeBytes, isExecutable) =>
      node(key.files, name, { digest, sizeBytes, isExecutable }),
    folder: (name, digest, sizeBytes) =>
      node(key.directories, name, { digest, sizeBytes, isExecutable: false }),
    symlink: (name, target) => {
      const nameLength = Buffer.byteLength(name);
      const targetLength = Buffer.byteLength(target);
      const length =
        2 + varintLength(nameLength) + nameLength + varintLength(targetLength) + targetLength;
      reserve(length + 8);
      byte(key.symlinks);
      varint(length);
      text(key.name, name, nameLength);
      text(key.target, target, targetLength);
    },
    end: () => {
      const message = buffer.subarray(0, at);
      at = 0;
      return message;
    },
  };
}

function writeHex(to: Uint8Array, start: number, bytes: Uint8Array): number {
  let at = start;
  for (let index = 0; index < bytes.length; index += 1) {
    const octet = bytes[index] ?? 0;
    to[at] = hexDigits[octet >> 4] ?? 0;
    to[at + 1] = hexDigits[octet & 15] ?? 0;
    at += 2;
  }
  return at;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) length += 1;
  return length;
}
