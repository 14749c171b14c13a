import { digestOf, hexOf } from "@slipway/signature";
import { idOfBytes } from "./id.ts";
import type { Id } from "./id.ts";
import type { Item } from "./item.ts";
import { tagValue } from "./tag.ts";

/** An item's place in the history of one process; the item that spawns the process has nonce 0. */
export type Assignment = {
  readonly process: Id;
  readonly item: Item;
  readonly nonce: number;
  readonly timestampMs: number;
  readonly blockHeight: number;
  readonly hashChain: Id;
};

export function assign(
  item: Item,
  place: {
    readonly process: Id;
    readonly previous: Assignment | undefined;
    readonly timestampMs: number;
    readonly blockHeight: number;
  },
): Assignment {
  const { process, previous, timestampMs, blockHeight } = place;
  return {
    process,
    item,
    nonce: previous === undefined ? 0 : previous.nonce + 1,
    timestampMs,
    blockHeight,
    hashChain: linkHashChain(previous?.hashChain, item.id),
  };
}

export function linkHashChain(previous: Id | undefined, item: Id): Id {
  const bytes = [previous ?? "", item].map((id) => Buffer.from(id, "base64url"));
  return idOfBytes(Buffer.from(hexOf(digestOf(Buffer.concat(bytes))), "hex"));
}

/** The message as the WASM of the process reads it. */
export function messageOf(assignment: Assignment, module: Id): Readonly<Record<string, unknown>> {
  const { item } = assignment;
  const pushedFrom = tagValue(item.tags, "From-Process");
  return {
    Id: item.id,
    Signature: item.signature,
    Owner: item.owner,
    From: pushedFrom ?? item.owner,
    ...(pushedFrom === undefined ? {} : { "Forwarded-By": item.owner }),
    Target: item.target === "" ? assignment.process : item.target,
    Anchor: item.anchor,
    Tags: item.tags,
    Data: Buffer.from(item.data).toString("utf8"),
    Module: module,
    Epoch: 0,
    Nonce: assignment.nonce,
    Timestamp: assignment.timestampMs,
    "Block-Height": assignment.blockHeight,
    "Hash-Chain": assignment.hashChain,
    Cron: false,
  };
}

/** The environment of every evaluation of a process, from the assignment that spawned it. */
export function environmentOf(
  spawn: Assignment,
  module: { readonly id: Id; readonly owner: Id; readonly tags: readonly unknown[] },
): Readonly<Record<string, unknown>> {
  return {
    Process: { Id: spawn.process, Owner: spawn.item.owner, Tags: spawn.item.tags },
    Module: { Id: module.id, Owner: module.owner, Tags: module.tags },
  };
}
