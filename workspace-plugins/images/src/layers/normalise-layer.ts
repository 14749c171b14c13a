import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { ok, openDigest } from "@slipway/signature";
import type { Digest, Result } from "@slipway/signature";
import { openFileWindow, pieceBytes } from "./file-window.ts";
import type { FileWindow } from "./file-window.ts";
import { attributePrefix, blockBytes, checksumOf, paddedBytes, readLayer } from "./read-layer.ts";
import type { LayerFailure, LayerMember } from "./read-layer.ts";

/** A stored layer: its digest is that of the uncompressed tar, so it is its diff id as well. */
export type Blob = { readonly digest: Digest; readonly sizeBytes: number };

/**
 * Copies a layer with every clock, user name and record of access times taken out of it, its members sorted. Content
 * stays, as do numeric owners, modes, links and extended attributes, byte by byte: libraries for tar take an attribute
 * for UTF-8, which a capability is not. So the headers are copied, and only what varies is written anew.
 */
export async function normaliseLayer(
  from: string,
  to: string,
): Promise<Result<Blob, LayerFailure>> {
  await using layer = await openFileWindow(from);
  const members = await readLayer(layer);
  if (!members.ok) return members;
  const kept = members.value.filter(({ name }) => !isAccessMount(name));
  const digest = openDigest();
  await pipeline(
    inPieces(normalised(layer, inOrder(kept))),
    async function* hashing(chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        digest.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(to),
  );
  return ok(digest.end());
}

/** What a build mounts, and the engine leaves behind as empty folders. */
function isAccessMount(name: string): boolean {
  return name === "tmp/slipway" || name.startsWith("tmp/slipway/");
}

/**
 * A folder before what is in it, whiteouts before what may be there anew, links after all that they may lead to. Where
 * a place is there twice, the order says which one counts, and stays.
 */
function inOrder(members: readonly LayerMember[]): readonly LayerMember[] {
  if (new Set(members.map(({ name }) => name)).size < members.length) return members;
  return members
    .map((member) => ({ member, key: orderKey(member) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ member }) => member);
}

function orderKey({ name, type }: LayerMember): string {
  const parts = name.split("/").map((part) => `\0${part.startsWith(".wh.") ? 1 : 2}${part}`);
  return (type === "link" ? "2" : "1") + (name === "" ? "" : parts.join(""));
}

async function* normalised(
  layer: FileWindow,
  members: readonly LayerMember[],
): AsyncGenerator<Uint8Array> {
  for (const member of members) {
    const header = normaliseHeader(
      Buffer.from(await layer.read(member.headerAt, blockBytes)),
      member,
    );
    const records = recordsOf(member);
    if (records.length > 0) yield* extendedHeader(records);
    yield header;
    const end = member.contentAt + member.sizeBytes;
    for (let at = member.contentAt; at < end;) {
      const bytes = await layer.read(at, Math.min(end - at, pieceBytes));
      at += bytes.length;
      yield bytes;
    }
    yield padding(member.sizeBytes);
  }
  yield Buffer.alloc(2 * blockBytes);
}

/** The fields of a header (POSIX ustar), where they begin and how long they are. */
const fields = {
  mode: [100, 8],
  size: [124, 12],
  modifiedAt: [136, 12],
  checksum: [148, 8],
  typeFlag: [156, 1],
  linkName: [157, 100],
  magic: [257, 8],
  userAndGroup: [265, 64],
  device: [329, 16],
  prefix: [345, 155],
} as const;

/** In place. */
function normaliseHeader(header: Buffer, member: LayerMember): Buffer {
  const isGnu = header.toString("latin1", 257, 265) === "ustar  \0";
  const isDevice = member.type.endsWith("-device");
  const isLink = member.type === "link" || member.type === "symlink";
  // Some engines have bits of the type among it.
  write(header, "mode", octal(member.mode, 7));
  write(header, "modifiedAt", octal(0, 11));
  write(header, "userAndGroup", "");
  // GNU has times of access and change there.
  if (isGnu) write(header, "prefix", "");
  write(header, "magic", "ustar\x0000");
  if (!isDevice) write(header, "device", `${octal(0, 7)}${octal(0, 7)}`);
  if (!isLink) write(header, "linkName", "");
  if (member.type === "file") write(header, "typeFlag", "0");
  else write(header, "size", octal(0, 11));
  return sealed(header);
}

function octal(number: number, digits: number): string {
  return `${number.toString(8).padStart(digits, "0")}\0`;
}

function write(header: Buffer, field: keyof typeof fields, text: string): void {
  const [at, length] = fields[field];
  header.fill(0, at, at + length);
  header.write(text, at, length, "latin1");
}

function sealed(header: Buffer): Buffer {
  write(header, "checksum", `${octal(checksumOf(header), 6)} `);
  return header;
}

const keptKeys = ["path", "linkpath", "size", "uid", "gid"];

function recordsOf({ records }: LayerMember): readonly (readonly [string, string])[] {
  return [...records]
    .filter(([key]) => keptKeys.includes(key) || key.startsWith(attributePrefix))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function* extendedHeader(records: readonly (readonly [string, string])[]): Generator<Uint8Array> {
  const content = Buffer.from(records.map(recordText).join(""), "latin1");
  const header = Buffer.alloc(blockBytes);
  header.write("PaxHeader", 0, "latin1");
  header.write([octal(0o644, 7), octal(0, 7), octal(0, 7)].join(""), 100, "latin1");
  write(header, "size", octal(content.length, 11));
  write(header, "modifiedAt", octal(0, 11));
  write(header, "typeFlag", "x");
  write(header, "magic", "ustar\x0000");
  yield sealed(header);
  yield content;
  yield padding(content.length);
}

/** Its length counts the digits of itself. */
function recordText([key, value]: readonly [string, string]): string {
  const rest = ` ${key}=${value}\n`;
  const guess = rest.length + String(rest.length).length;
  return `${rest.length + String(guess).length}${rest}`;
}

function padding(sizeBytes: number): Uint8Array {
  return Buffer.alloc(paddedBytes(sizeBytes) - sizeBytes);
}

/** Few large writes in place of many small ones; what it is given may change after the next is asked for. */
async function* inPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let piece = Buffer.alloc(pieceBytes);
  let filled = 0;
  for await (const chunk of chunks) {
    if (filled + chunk.length > piece.length) {
      yield piece.subarray(0, filled);
      piece = Buffer.alloc(pieceBytes);
      filled = 0;
    }
    piece.set(chunk, filled);
    filled += chunk.length;
  }
  yield piece.subarray(0, filled);
}
