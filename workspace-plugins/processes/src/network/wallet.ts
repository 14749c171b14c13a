import { stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { fail, hasCode, ok, parseJson, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { WalletSource } from "../definition/target.ts";
import { arweaveKey, idOf, layItem } from "./item.ts";
import { addressOf, signWith, thrownBy } from "./signer.ts";
import type { Signer, Wallet } from "./signer.ts";
import { openRsaKey } from "./signing.ts";
import type { RsaKey } from "./signing.ts";

/** No wallet, or one that is not as it must be. */
export type WalletFailure =
  | { readonly reason: "wallet-unreadable"; readonly source: string }
  | { readonly reason: "wallet-invalid"; readonly source: string }
  | { readonly reason: "wallet-exposed"; readonly source: string; readonly mode: string }
  | { readonly reason: "wallet-not-ignored"; readonly source: string }
  | { readonly reason: "wallet-git-unanswered"; readonly source: string; readonly problem: string }
  | { readonly reason: "signer-invalid"; readonly source: string; readonly problem: string };

const part = z.string().regex(/^[A-Za-z0-9_-]+$/);
const Key = z.object({
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

const SignerModule = z.object({
  default: z.custom<Signer>((value) => typeof value === "function"),
  address: z.string().optional(),
});

/** `folder`: of the definition that names the wallet. */
export async function openWallet(
  source: WalletSource,
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Result<Wallet, WalletFailure>> {
  if ("signer" in source) return openSigner(source.signer, folder);
  if ("env" in source) return walletIn(environment[source.env], `$${source.env}`);
  const file = fileOfWallet(source, folder);
  const mode = await modeOf(file);
  if (mode !== undefined && (mode & 0o077) !== 0) {
    const shown = (mode & 0o777).toString(8);
    return fail({ reason: "wallet-exposed", source: source.file, mode: shown });
  }
  return walletIn(await readTextIfPresent(file), source.file);
}

export function fileOfWallet(source: { readonly file: string }, folder: string): string {
  return path.resolve(folder, source.file.replace(/^~(?=\/)/, homedir()));
}

function walletIn(text: string | undefined, source: string): Result<Wallet, WalletFailure> {
  if (text === undefined || text === "") return fail({ reason: "wallet-unreadable", source });
  // Nothing of the text is told on purpose: a parser's message could quote the key.
  const key = Key.safeParse(parseJson(text)).data;
  const publicKey = Buffer.from(key?.n ?? "", "base64url");
  const rsa = key === undefined ? undefined : opened(key);
  if (
    rsa === undefined ||
    layItem({ tags: [], data: "" }, { type: arweaveKey, publicKey }) === undefined
  ) {
    return fail({ reason: "wallet-invalid", source });
  }
  const signerOf =
    (sign: RsaKey["sign"]): Signer =>
    async (create) => {
      const message = await create({ type: arweaveKey, publicKey });
      if (!(message instanceof Uint8Array)) throw new Error("internal: nothing to sign");
      return { signature: sign(message) };
    };
  const once = signWith(signerOf(rsa.sign), source);
  const again = signWith(signerOf(rsa.signAgain), source);
  return ok({
    address: idOf(publicKey),
    sign: (content) => (content.isRepeatable === true ? again : once)(content),
  });
}

function opened(key: z.output<typeof Key>): RsaKey | undefined {
  try {
    return openRsaKey(key);
  } catch {
    // Numbers that are no key; the library's message could quote them.
    return undefined;
  }
}

async function modeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mode;
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR"])) return undefined;
    throw error;
  }
}

/** A module whose default export signs; its address is exported too, or follows from its public key. */
async function openSigner(
  specifier: string,
  folder: string,
): Promise<Result<Wallet, WalletFailure>> {
  const invalid = (problem: string) =>
    fail({ reason: "signer-invalid", source: specifier, problem } as const);
  let file: string;
  try {
    file = createRequire(path.join(folder, "package.json")).resolve(specifier);
  } catch (error) {
    return invalid(error instanceof Error ? error.message : String(error));
  }
  let module: unknown;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    return invalid(thrownBy(error));
  }
  const exported = SignerModule.safeParse(module);
  if (!exported.success) return invalid("its default export must be a function that signs");
  const { default: signer } = exported.data;
  const address = exported.data.address ?? (await addressOf(signer));
  if (address === undefined) return invalid("it must export its address as `address`");
  return ok({ address, sign: signWith(signer, specifier, address) });
}
