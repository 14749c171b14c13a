import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { FileWindow } from "./file-window.ts";
import { pieceBytes } from "./file-window.ts";

export type MemberType =
  | "file"
  | "link"
  | "symlink"
  | "character-device"
  | "block-device"
  | "directory"
  | "fifo";

/** One member of a layer. Texts of it are bytes, each of which is one character: nothing says how names are encoded. */
export type LayerMember = {
  /** Without `./` in front and `/` at the end; empty is the root. */
  readonly name: string;
  readonly type: MemberType;
  /** Lower 12 bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a link; else empty. */
  readonly linkName: string;
  /** Major and minor number of a device; else empty. */
  readonly device: string;
  readonly sizeBytes: number;
  /** Where its 512 bytes of header are. */
  readonly headerAt: number;
  /** Where its content is. */
  readonly contentAt: number;
  /** What its extended header says, by key (POSIX pax, "pax Header Block"); GNU's long names are among it. */
  readonly records: ReadonlyMap<string, string>;
};

/** A layer that is no tar, ends too early, or has a member of a kind that no engine writes. */
export type LayerFailure = {
  readonly reason: "layer-unclear";
  /** Where in the layer. */
  readonly offset: number;
  readonly detail: string;
};

export const blockBytes = 512;

/** Every member of a layer in its order. Its content is not read. */
export async function readLayer(
  layer: FileWindow,
): Promise<Result<readonly LayerMember[], LayerFailure>> {
  const members: LayerMember[] = [];
  const reading = walkLayer(layer);
  for (;;) {
    const next = await reading.next();
    if (next.done !== true) members.push(next.value);
    else return next.value === undefined ? ok(members) : fail(next.value);
  }
}

/** The same one by one: nothing behind a member is read before the next one is asked for. Ends with what is wrong. */
export async function* walkLayer(
  layer: FileWindow,
): AsyncGenerator<LayerMember, LayerFailure | undefined> {
  let records = new Map<string, string>();
  for (let at = 0; at < layer.sizeBytes;) {
    const block = await layer.read(at, blockBytes);
    if (block.length < blockBytes) return unclear(at, "it ends within a header");
    if (isZero(block)) return undefined;
    if (checksumOf(block) !== numberAt(block, 148, 8)) {
      return unclear(at, "not a header of a tar: its checksum is another");
    }
    const flag = String.fromCharCode(block[156] ?? 0);
    const extended = extendedKeys[flag];
    const memberType = memberTypes[flag];
    if (extended === undefined && memberType === undefined) {
      return unclear(at, `a member of type ${JSON.stringify(flag)}`);
    }
    const member = memberOf(block, at, memberType ?? "file", records);
    const { contentAt } = member;
    at = contentAt + paddedBytes(member.sizeBytes);
    if (at > layer.sizeBytes) return unclear(contentAt, "it ends within a file");
    if (extended === undefined) {
      const sparse = [...records.keys()].find((key) => key.startsWith("GNU.sparse."));
      if (sparse !== undefined) return unclear(contentAt, `a sparse member: ${sparse}`);
      yield member;
      records = new Map();
      continue;
    }
    if (member.sizeBytes > pieceBytes) return unclear(contentAt, "an extended header too long");
    const content = (await layer.read(contentAt, member.sizeBytes)).toString("latin1");
    if (extended !== "records") records.set(extended, untilZero(content));
    else if (!addRecords(content, records)) return unclear(contentAt, "not an extended header");
  }
  return unclear(layer.sizeBytes, "it has no end");
}

/** The extended attributes of a member, by name. */
export function attributesOf({ records }: LayerMember): readonly (readonly [string, string])[] {
  return [...records]
    .filter(([key]) => key.startsWith(attributePrefix))
    .map(([key, value]) => [key.slice(attributePrefix.length), value] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** As GNU tar, libarchive and Go name them in extended headers. */
export const attributePrefix = "SCHILY.xattr.";

export function paddedBytes(sizeBytes: number): number {
  return Math.ceil(sizeBytes / blockBytes) * blockBytes;
}

/** The sum of all bytes of a header, its own field taken for spaces. */
export function checksumOf(block: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < blockBytes; at += 1) sum += at >= 148 && at < 156 ? 32 : (block[at] ?? 0);
  return sum;
}

const memberTypes: Readonly<Record<string, MemberType>> = {
  "0": "file",
  "\0": "file",
  "7": "file",
  "1": "link",
  "2": "symlink",
  "3": "character-device",
  "4": "block-device",
  "5": "directory",
  "6": "fifo",
};

/** Headers whose content says something of the next member: all of it, or what goes by this key. */
const extendedKeys: Readonly<Record<string, string>> = {
  x: "records",
  L: "path",
  K: "linkpath",
};

function memberOf(
  block: Buffer,
  headerAt: number,
  type: MemberType,
  records: ReadonlyMap<string, string>,
): LayerMember {
  const number = (key: string, at: number, length: number): number =>
    Number(records.get(key) ?? numberAt(block, at, length));
  const isLink = type === "link" || type === "symlink";
  const isDevice = type.endsWith("-device");
  const linkName = records.get("linkpath") ?? textAt(block, 157, 100);
  return {
    name: (records.get("path") ?? nameIn(block)).replace(/^(\.?\/)+|^\.$/, "").replace(/\/+$/, ""),
    type,
    mode: numberAt(block, 100, 8) & 0o7777,
    uid: number("uid", 108, 8),
    gid: number("gid", 116, 8),
    linkName: isLink ? linkName : "",
    device: isDevice ? `${numberAt(block, 329, 8)}:${numberAt(block, 337, 8)}` : "",
    sizeBytes: type === "file" ? number("size", 124, 12) : 0,
    headerAt,
    contentAt: headerAt + blockBytes,
    records,
  };
}

/** GNU's own format has times where POSIX has the first part of a long name. */
function nameIn(block: Buffer): string {
  const isPosix = block.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isPosix ? textAt(block, 345, 155) : "";
  const name = textAt(block, 0, 100);
  return prefix === "" ? name : `${prefix}/${name}`;
}

function textAt(block: Buffer, at: number, length: number): string {
  return untilZero(block.toString("latin1", at, at + length));
}

function untilZero(text: string): string {
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}

/** Octal, or GNU's base 256, whose first bit is set. */
function numberAt(block: Buffer, at: number, length: number): number {
  const first = block[at] ?? 0;
  if (first < 128) return Number.parseInt(textAt(block, at, length).trim() || "0", 8);
  let number = first & 0x7f;
  for (let next = at + 1; next < at + length; next += 1) number = number * 256 + (block[next] ?? 0);
  return number;
}

/** `<length> <key>=<value>\n`, where the length counts itself too. Answers whether that is what it is. */
function addRecords(content: string, records: Map<string, string>): boolean {
  for (let at = 0; at < content.length;) {
    const [, digits = ""] = /^(\d{1,9}) /.exec(content.slice(at, at + 10)) ?? [];
    const end = at + Number(digits);
    const record = content.slice(at + digits.length + 1, end - 1);
    const equals = record.indexOf("=");
    if (digits === "" || equals < 1 || content[end - 1] !== "\n") return false;
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at = end;
  }
  return true;
}

function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

function unclear(offset: number, detail: string): LayerFailure {
  return { reason: "layer-unclear", offset, detail };
}
