import { digestOf, fail, hexOf, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Tag } from "./tag.ts";

/** A signed item as it goes over the wire. Posting the same bytes twice makes one item. */
export type SignedItem = { readonly id: string; readonly raw: Uint8Array };

/** What is signed; without a target it is a process. */
export type ItemContent = {
  readonly target?: string;
  readonly tags: readonly Tag[];
  readonly data: string;
  /** The same content is the same item, of whoever has the key of an Arweave wallet; a signer of one's own may not do that. */
  readonly isRepeatable?: boolean;
};

/** A key and its kind, as ANS-104 numbers them. */
export type ItemKey = { readonly type: number; readonly publicKey: Uint8Array };

/** ANS-104, "Signature types": how long signatures and public keys are. */
const lengths: ReadonlyMap<number, { readonly signature: number; readonly key: number }> = new Map([
  [1, { signature: 512, key: 512 }],
  [2, { signature: 64, key: 32 }],
  [3, { signature: 65, key: 65 }],
  [4, { signature: 64, key: 32 }],
]);

export const arweaveKey = 1;

/** ANS-104, "Tags". */
const mostTags = 128;
const mostTagBytes = 4096;

export type ItemFailure = {
  readonly reason: "item-tags-too-long";
  readonly tags: number;
  readonly bytes: number;
};

/** An item with zeros for a signature, and the parts that its signature is of (ANS-104, "Signing"). */
export type LaidItem = { readonly raw: Uint8Array; readonly parts: readonly Uint8Array[] };

/** `undefined` for a kind of key, or a length of one, that ANS-104 does not have. */
export function layItem(content: ItemContent, key: ItemKey): LaidItem | undefined {
  const known = lengths.get(key.type);
  if (known === undefined || key.publicKey.length !== known.key) return undefined;
  const target = Buffer.from(content.target ?? "", "base64url");
  const tags = encodeTags(content.tags);
  const data = Buffer.from(content.data);
  const anchor = Buffer.alloc(0);
  const raw = Buffer.concat([
    littleEndian(key.type, 2),
    Buffer.alloc(known.signature),
    key.publicKey,
    optional(target),
    optional(anchor),
    littleEndian(content.tags.length, 8),
    littleEndian(tags.length, 8),
    tags,
    data,
  ]);
  const kind = ["dataitem", "1", String(key.type)].map((text) => Buffer.from(text));
  return { raw, parts: [...kind, key.publicKey, target, anchor, tags, data] };
}

/** The bytes of an item with its signature in place; `undefined` when that is not of this kind of key. */
export function withSignature({ raw }: LaidItem, signature: Uint8Array): SignedItem | undefined {
  const type = typeOf(raw);
  if (lengths.get(type)?.signature !== signature.length) return undefined;
  const signed = Buffer.from(raw);
  signed.set(signature, 2);
  return { id: idOf(signature), raw: signed };
}

/** The id of a signed item's bytes: of its signature. */
export function idOfItem(raw: Uint8Array): string | undefined {
  const known = raw.length < 2 ? undefined : lengths.get(typeOf(raw));
  return known === undefined || raw.length < 2 + known.signature
    ? undefined
    : idOf(raw.subarray(2, 2 + known.signature));
}

/** The size that an item signed by an Arweave wallet would have. */
export function itemBytes({ target, tags, data }: ItemContent): number {
  const known = lengths.get(arweaveKey);
  if (known === undefined) throw new Error("internal: no Arweave keys");
  const fixed = 2 + known.signature + known.key + 1 + 1 + 8 + 8;
  const variable = encodeTags(tags).length + Buffer.byteLength(data);
  return fixed + (target === undefined ? 0 : 32) + variable;
}

export function checkTags({ tags }: ItemContent): Result<void, ItemFailure> {
  const bytes = encodeTags(tags).length;
  return tags.length <= mostTags && bytes <= mostTagBytes
    ? ok(undefined)
    : fail({ reason: "item-tags-too-long", tags: tags.length, bytes });
}

/** Ids and addresses of Arweave: base64url of the SHA-256 of a signature or a public key. */
export function idOf(bytes: Uint8Array): string {
  return Buffer.from(hexOf(digestOf(bytes)), "hex").toString("base64url");
}

/** One block of an Avro array of records of two strings; nothing at all for no tags. */
function encodeTags(tags: readonly Tag[]): Buffer {
  if (tags.length === 0) return Buffer.alloc(0);
  const texts = tags.flatMap(({ name, value }) => [name, value]).map((text) => Buffer.from(text));
  const framed = texts.flatMap((text) => [avroLong(text.length), text]);
  return Buffer.concat([avroLong(tags.length), ...framed, avroLong(0)]);
}

/** Avro's zigzag of a number that is not negative, seven bits a byte, the lowest first. */
function avroLong(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return Buffer.from([...bytes, rest]);
}

function littleEndian(value: number, bytes: number): Buffer {
  const written = Buffer.alloc(bytes);
  written.writeUIntLE(value, 0, Math.min(bytes, 6));
  return written;
}

function optional(value: Uint8Array): Buffer {
  return value.length === 0 ? Buffer.from([0]) : Buffer.concat([Buffer.from([1]), value]);
}

function typeOf(raw: Uint8Array): number {
  return Buffer.from(raw.subarray(0, 2)).readUInt16LE();
}
