import { createReadStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { openFileWindow, pieceBytes } from "./file-window.ts";
import type { FileWindow } from "./file-window.ts";
import { attributePrefix, blockBytes, checksumOf, paddedBytes, walkLayer } from "./read-layer.ts";
import type { LayerFailure, LayerMember } from "./read-layer.ts";
import { openStreamWindow } from "./stream-window.ts";
import { writeDigested } from "./write-digested.ts";
import type { Blob } from "./write-digested.ts";

/**
 * Copies a layer with every clock, user name and record of access times taken out of it, its members sorted. Content
 * stays, as do numeric owners, modes, links and extended attributes, byte by byte: libraries for tar take an attribute
 * for UTF-8, which a capability is not. So the headers are copied, and only what varies is written anew.
 */
export async function normaliseLayer(
  from: string,
  to: string,
): Promise<Result<Blob, LayerFailure>> {
  const { size } = await stat(from);
  return normaliseStream(createReadStream(from), size, to);
}

/**
 * The same of a layer on its way, which is read to its end. One that comes sorted but for its links is written once,
 * others twice.
 */
export async function normaliseStream(
  from: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  to: string,
): Promise<Result<Blob, LayerFailure>> {
  const copy: Copy = { copied: [], failure: undefined };
  const blob = await writeDigested(copyMembers(from, sizeBytes, copy), to);
  if (copy.failure !== undefined) return fail(copy.failure);
  const sorted = inOrder(copy.copied);
  if (sorted.every(({ start }, at) => start === (sorted[at - 1]?.end ?? 0))) return ok(blob);
  const unsorted = `${to}.unsorted`;
  await rename(to, unsorted);
  await using window = await openFileWindow(unsorted);
  const again = await writeDigested(copySpans(window, sorted), to);
  await rm(unsorted);
  return ok(again);
}

/** A member in the copy: from where to where it lies. */
type Copied = Pick<LayerMember, "name" | "type"> & { start: number; end: number };

/** What there is to say of a copy at its end: its members as they came, of which links were put last. */
type Copy = { readonly copied: Copied[]; failure: LayerFailure | undefined };

async function* copyMembers(
  from: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  copy: Copy,
): AsyncGenerator<Uint8Array> {
  await using layer = openStreamWindow(from, sizeBytes);
  const walking = walkLayer(layer);
  const links: { readonly member: Copied; readonly bytes: Buffer }[] = [];
  let end = 0;
  for (let next = await walking.next(); ; next = await walking.next()) {
    if (next.done === true) {
      copy.failure = next.value;
      break;
    }
    const { name, type } = next.value;
    if (isAccessMount(name)) continue;
    const member: Copied = { name, type, start: end, end };
    copy.copied.push(member);
    const content = normalisedMember(layer, next.value);
    if (type === "link") {
      links.push({ member, bytes: await buffer(content) });
      continue;
    }
    for await (const bytes of content) {
      end += bytes.length;
      yield bytes;
    }
    member.end = end;
  }
  for (const { member, bytes } of links) {
    member.start = end;
    end += bytes.length;
    member.end = end;
    yield bytes;
  }
  yield endOfLayer();
}

async function* copySpans(
  window: FileWindow,
  spans: readonly Copied[],
): AsyncGenerator<Uint8Array> {
  for (const { start, end } of spans) yield* bytesOf(window, start, end);
  yield endOfLayer();
}

/** What a build mounts, and the engine leaves behind as empty folders. */
function isAccessMount(name: string): boolean {
  return name === "tmp/slipway" || name.startsWith("tmp/slipway/");
}

/**
 * A folder before what is in it, whiteouts before what may be there anew, links after all that they may lead to. Where
 * a place is there twice, the order says which one counts, and stays.
 */
function inOrder(members: readonly Copied[]): readonly Copied[] {
  if (new Set(members.map(({ name }) => name)).size < members.length) return members;
  return members
    .map((member) => ({ member, key: orderKey(member) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ member }) => member);
}

function orderKey({ name, type }: Copied): string {
  const parts = name.split("/").map((part) => `\0${part.startsWith(".wh.") ? 1 : 2}${part}`);
  return (type === "link" ? "2" : "1") + (name === "" ? "" : parts.join(""));
}

async function* normalisedMember(
  layer: FileWindow,
  member: LayerMember,
): AsyncGenerator<Uint8Array> {
  const header = normaliseHeader(
    Buffer.from(await layer.read(member.headerAt, blockBytes)),
    member,
  );
  const records = recordsOf(member);
  if (records.length > 0) yield* extendedHeader(records);
  yield header;
  const contentAt = member.headerAt + blockBytes;
  yield* bytesOf(layer, contentAt, contentAt + member.sizeBytes);
  yield padding(member.sizeBytes);
}

/** Each piece holds until the next is asked for. */
async function* bytesOf(
  window: FileWindow,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end;) {
    const bytes = await window.read(at, Math.min(end - at, pieceBytes));
    if (bytes.length === 0) throw new Error("a layer ended before its size");
    at += bytes.length;
    yield bytes;
  }
}

function endOfLayer(): Uint8Array {
  return Buffer.alloc(2 * blockBytes);
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
