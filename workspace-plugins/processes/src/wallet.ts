import path from "node:path";
import { digestOf, fail, hexOf, ok, parseJson, readTextIfPresent } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { WalletSource } from "./definition.ts";
import type { SettingsFailure } from "./failure.ts";

const part = z.string().regex(/^[A-Za-z0-9_-]+$/);
const Wallet = z.object({
  kty: z.literal("RSA"),
  n: part,
  e: part,
  d: part,
  p: part,
  q: part,
  dp: part,
  dq: part,
  qi: part,
});

/** An Arweave key, secret: never printed, recorded or hashed into anything. */
export type Wallet = z.output<typeof Wallet>;

export async function readWallet(
  source: WalletSource,
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Result<Wallet, SettingsFailure>> {
  const shown = "env" in source ? `$${source.env}` : source.file;
  const text =
    "env" in source
      ? environment[source.env]
      : await readTextIfPresent(path.resolve(folder, source.file));
  if (text === undefined || text === "")
    return fail({ reason: "wallet-unreadable", source: shown });
  const wallet = parseWallet(text);
  return wallet === undefined ? fail({ reason: "wallet-invalid", source: shown }) : ok(wallet);
}

/** `undefined` says nothing of the text on purpose: a parser's message could quote the key. */
function parseWallet(text: string): Wallet | undefined {
  return Wallet.safeParse(parseJson(text)).data;
}

export function addressOf(wallet: Pick<Wallet, "n">): string {
  return idOf(Buffer.from(wallet.n, "base64url"));
}

/** Ids and addresses of Arweave: base64url of the SHA-256 of a signature or a public key. */
export function idOf(bytes: Uint8Array): string {
  return Buffer.from(hexOf(digestOf(bytes)), "hex").toString("base64url");
}
