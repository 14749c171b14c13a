import { createPrivateKey, generateKeyPair, sign } from "node:crypto";
import path from "node:path";
import { promisify } from "node:util";
import { digestOf, hexOf, readTextIfPresent, writeFileAtomically } from "@slipway/signature";
import { z } from "zod";
import { idOfBytes } from "./id.ts";
import type { Id } from "./id.ts";

const generate = promisify(generateKeyPair);

const UnitKey = z.looseObject({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  d: z.base64url(),
  x: z.base64url(),
});

const Wallet = z.looseObject({
  kty: z.literal("RSA"),
  n: z.base64url(),
  e: z.literal("AQAB"),
  d: z.base64url(),
});

/** A unit's key. Ed25519 signatures are deterministic: a message pushed twice is the same item. */
export type UnitKey = {
  readonly address: Id;
  readonly publicKey: Uint8Array;
  readonly sign: (bytes: Uint8Array) => Uint8Array;
};

/** `base64url(sha256(public key))`, Arweave's address of any key. */
export function addressOf(publicKey: Uint8Array): Id {
  return idOfBytes(Buffer.from(hexOf(digestOf(publicKey)), "hex"));
}

/** The path of the folder's 4096-bit Arweave wallet, generated once, readable by its owner only. */
export async function seedWallet(folder: string): Promise<string> {
  const file = path.join(folder, "wallet.json");
  await readOrGenerate(file, Wallet, async () => {
    const { privateKey } = await generate("rsa", { modulusLength: 4096, publicExponent: 0x10001 });
    return privateKey.export({ format: "jwk" });
  });
  return file;
}

export async function openUnitKey(file: string): Promise<UnitKey> {
  const jwk = await readOrGenerate(file, UnitKey, async () => {
    const { privateKey } = await generate("ed25519", {});
    return privateKey.export({ format: "jwk" });
  });
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  const publicKey = Buffer.from(jwk.x, "base64url");
  return { address: addressOf(publicKey), publicKey, sign: (bytes) => sign(undefined, bytes, key) };
}

async function readOrGenerate<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  make: () => Promise<object>,
): Promise<z.output<Schema>> {
  const text = await readTextIfPresent(file);
  if (text !== undefined) return schema.parse(JSON.parse(text));
  const jwk = await make();
  await writeFileAtomically(file, `${JSON.stringify(jwk)}\n`, { mode: 0o600 });
  return schema.parse(jwk);
}
