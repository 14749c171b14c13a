import { createData, DataItem } from "@dha-team/arbundles";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { NetworkFailure } from "./failure.ts";
import { idOfBytes } from "./id.ts";
import type { Id } from "./id.ts";
import type { Tag } from "./tag.ts";
import { addressOf } from "./wallet.ts";
import type { UnitKey } from "./wallet.ts";

/** A signed ANS-104 data item. */
export type Item = {
  readonly id: Id;
  readonly owner: Id;
  /** The public key, base64url. */
  readonly ownerKey: string;
  readonly signature: string;
  /** A process, a wallet, or nothing. */
  readonly target: string;
  readonly anchor: string;
  readonly tags: readonly Tag[];
  readonly data: Uint8Array;
  readonly raw: Uint8Array;
};

/** Parses an item and verifies its signature: what arrives from outside. */
export async function verifyItem(raw: Uint8Array): Promise<Result<Item, NetworkFailure>> {
  const item = parseItem(raw);
  if (!item.ok) return item;
  const isValid = await verifies(raw);
  return isValid ? item : fail({ reason: "signature-invalid", id: item.value.id });
}

/** Parses an item that was verified before, when it was written to the log. */
export function parseItem(raw: Uint8Array): Result<Item, NetworkFailure> {
  try {
    return ok(itemOf(new DataItem(Buffer.from(raw)), raw));
  } catch (error) {
    return fail({ reason: "item-invalid", detail: String(error) });
  }
}

export type ItemContent = {
  readonly target: string;
  readonly anchor: string | undefined;
  readonly tags: readonly Tag[];
  readonly data: string | Uint8Array;
};

export async function signItem(content: ItemContent, key: UnitKey): Promise<Item> {
  const signer = {
    publicKey: Buffer.from(key.publicKey),
    signatureType: 2,
    signatureLength: 64,
    ownerLength: 32,
    sign: (bytes: Uint8Array) => key.sign(bytes),
  };
  const item = createData(content.data, signer, {
    tags: content.tags.map(({ name, value }) => ({ name, value })),
    ...(content.target === "" ? {} : { target: content.target }),
    ...(content.anchor === undefined ? {} : { anchor: content.anchor }),
  });
  await item.sign(signer);
  return itemOf(item, item.getRaw());
}

async function verifies(raw: Uint8Array): Promise<boolean> {
  try {
    return await DataItem.verify(Buffer.from(raw));
  } catch {
    // The library throws for key and signature bytes that are no point of the curve.
    return false;
  }
}

function itemOf(item: DataItem, raw: Uint8Array): Item {
  return {
    id: idOfBytes(item.rawId),
    owner: addressOf(item.rawOwner),
    ownerKey: item.owner,
    signature: item.signature,
    target: item.target,
    anchor: item.rawAnchor.toString("utf8"),
    tags: item.tags,
    data: item.rawData,
    raw,
  };
}
