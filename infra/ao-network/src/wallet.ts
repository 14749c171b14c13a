import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
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

/** A 4096-bit Arweave wallet of a network; its file is readable by its owner only. */
export type NetworkWallet = { readonly name: string; readonly address: Id; readonly file: string };

/** Where this machine keeps the wallets of its networks, by name: making one takes a second or two. */
export function walletPool(environment: NodeJS.ProcessEnv): string {
  const cache = environment["XDG_CACHE_HOME"] || path.join(homedir(), ".cache");
  return path.join(cache, "slipway", "ao-wallets");
}

export const defaultWallet = "default";

export type Wallets = {
  /** The wallet of that name: the folder's own, else a copy of this machine's, which is made when there is none. */
  readonly open: (name: string) => Promise<NetworkWallet>;
  readonly names: () => Promise<readonly string[]>;
};

export function openWallets(folder: string, pool: string): Wallets {
  const opening = new Map<string, Promise<NetworkWallet>>();
  return {
    open: (name) => {
      const wallet = opening.get(name) ?? openWallet(folder, name, pool);
      // Two who ask at the same time must not make two.
      opening.set(name, wallet);
      return wallet;
    },
    names: async () => {
      const others = await readdir(path.join(folder, "wallets")).catch(() => []);
      return [defaultWallet, ...others.map((file) => path.basename(file, ".json")).toSorted()];
    },
  };
}

async function openWallet(folder: string, name: string, pool: string): Promise<NetworkWallet> {
  const file = walletFile(folder, name);
  const jwk = await readOrGenerate(file, Wallet, () =>
    readOrGenerate(path.join(pool, `${name}.json`), Wallet, makeWallet),
  );
  return { name, address: addressOf(Buffer.from(jwk.n, "base64url")), file };
}

function walletFile(folder: string, name: string): string {
  return name === defaultWallet
    ? path.join(folder, "wallet.json")
    : path.join(folder, "wallets", `${name}.json`);
}

async function makeWallet(): Promise<object> {
  const { privateKey } = await generate("rsa", { modulusLength: 4096, publicExponent: 0x10001 });
  return privateKey.export({ format: "jwk" });
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
