import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import { arweaveKey, checkTags, idOf, idOfItem, layItem, withSignature } from "./item.ts";
import type { ItemContent, ItemFailure, LaidItem, SignedItem } from "./item.ts";
import { deepHash } from "./signing.ts";

export type SigningFailure =
  | ItemFailure
  | { readonly reason: "signer-failed"; readonly source: string; readonly problem: string };

/** Who signs. Opened once a run: it holds the key, and never shows it. */
export type Wallet = {
  readonly address: string;
  readonly sign: (content: ItemContent) => Promise<Result<SignedItem, SigningFailure>>;
};

/**
 * A signer as aoconnect takes it: it asks for the bytes to sign for its key, or with `passthrough` for the fields of an
 * item that it then writes itself.
 */
export type Signer = (
  create: (asked: unknown) => Promise<unknown>,
  kind: "ans104",
) => Promise<unknown>;

const Asked = z.object({
  type: z.int().default(arweaveKey),
  publicKey: z.instanceof(Uint8Array).optional(),
  passthrough: z.boolean().default(false),
});

const Signed = z.union([
  z.object({ id: z.string(), raw: z.instanceof(Uint8Array) }),
  z.object({ signature: z.instanceof(Uint8Array) }),
]);

/** Lets a signer show its public key, and stops it before it signs anything. */
export async function addressOf(signer: Signer): Promise<string | undefined> {
  const stop = new Error("internal: only the public key was wanted");
  let address: string | undefined;
  const show = async (asked: unknown): Promise<never> => {
    const { data } = Asked.safeParse(asked);
    if (data?.publicKey !== undefined && data.type === arweaveKey) address = idOf(data.publicKey);
    throw stop;
  };
  try {
    await signer(show, "ans104");
  } catch (error) {
    if (error !== stop && address === undefined) return undefined;
  }
  return address;
}

/** `source` is named in failures; with an `address` only its key may sign. */
export function signWith(signer: Signer, source: string, address?: string): Wallet["sign"] {
  const failed = (problem: string) => fail({ reason: "signer-failed", source, problem } as const);
  return async (content) => {
    const checked = checkTags(content);
    if (!checked.ok) return checked;
    let laid: LaidItem | undefined;
    const create = async (asked: unknown): Promise<unknown> => {
      const { type, publicKey, passthrough } = Asked.parse(asked);
      const { tags, data, target = "" } = content;
      if (passthrough) return { tags: [...tags], data, target };
      laid = publicKey === undefined ? undefined : layItem(content, { type, publicKey });
      if (laid === undefined) throw new Refusal(`no public key of type ${type}`);
      if (
        address !== undefined &&
        type === arweaveKey &&
        idOf(publicKey ?? Buffer.alloc(0)) !== address
      ) {
        throw new Refusal(`its key is not of ${address}`);
      }
      return deepHash(laid.parts);
    };
    try {
      const { data: signed } = Signed.safeParse(await signer(create, "ans104"));
      if (signed === undefined) return failed("it returned neither an item nor a signature");
      if ("raw" in signed) {
        return idOfItem(signed.raw) === signed.id
          ? ok(signed)
          : failed("its id is not of its item");
      }
      const item = laid === undefined ? undefined : withSignature(laid, signed.signature);
      return item === undefined ? failed("its signature is of another kind") : ok(item);
    } catch (error) {
      return failed(thrownBy(error));
    }
  };
}

/** Of bytes that a signer asked for; its words are ours. */
class Refusal extends Error {}

/** What a signer threw, without its words: a parser's message quotes the key file that it could not read. */
export function thrownBy(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  const kind = error instanceof Error ? error.constructor.name : typeof error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const shown = /^[A-Z_]{1,40}$/.test(code) ? `${kind} ${code}` : kind;
  return `it threw ${shown}; its words are left out, for they may quote the key`;
}
