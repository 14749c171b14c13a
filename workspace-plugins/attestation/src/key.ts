import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
} from "node:crypto";
import type { KeyObject } from "node:crypto";
import { link, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { digestOf, exists, fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { AttestationFailure } from "./failure.ts";

/** An Ed25519 key that signs. Its hint is the digest of its public half, so a trust file cannot name it wrongly. */
export type SigningKey = {
  readonly hint: Digest;
  readonly publicKey: string;
  readonly sign: (data: Uint8Array) => Buffer;
};

type Variables = Readonly<Record<string, string | undefined>>;

export function signingKeyFile(variables: Variables): string {
  const configured = variables["XDG_CONFIG_HOME"] ?? "";
  const folder = configured === "" ? path.join(variables["HOME"] ?? "/", ".config") : configured;
  return path.join(folder, "slipway", "ed25519.pem");
}

export async function readSigningKey(
  file: string,
): Promise<Result<SigningKey, AttestationFailure>> {
  if (!(await exists(file))) return fail({ reason: "signing-key-missing", file });
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0) {
    return fail({ reason: "signing-key-exposed", file, mode: (mode & 0o777).toString(8) });
  }
  try {
    const key = createPrivateKey(await readFile(file, "utf8"));
    if (key.asymmetricKeyType !== "ed25519") {
      const detail = `it is a ${key.asymmetricKeyType ?? "key without a kind"}, not Ed25519`;
      return fail({ reason: "signing-key-invalid", file, detail });
    }
    return ok(signingKeyOf(key));
  } catch (error) {
    return fail({ reason: "signing-key-invalid", file, detail: String(error) });
  }
}

/** Makes the key unless there is one; never replaces one, also not when two do this at once. */
export async function makeSigningKey(file: string): Promise<"made" | "present" | "unwritable"> {
  if (await exists(file)) return "present";
  try {
    return await writeSigningKey(file);
  } catch (error) {
    if (isUnwritable(error)) return "unwritable";
    throw error;
  }
}

function isUnwritable(error: unknown): boolean {
  const codes = ["EACCES", "EPERM", "EROFS", "ENOENT", "ENOTDIR"];
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

async function writeSigningKey(file: string): Promise<"made" | "present"> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const partial = `${file}.${randomUUID()}.partial`;
  try {
    await writeFile(partial, pem, { mode: 0o600 });
    await link(partial, file);
    return "made";
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return "present";
    throw error;
  } finally {
    await rm(partial, { force: true });
  }
}

/** `undefined`: not a public Ed25519 key in PEM. */
export function parsePublicKey(
  pem: string,
): { readonly hint: Digest; readonly der: Buffer } | undefined {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === "ed25519" ? { hint: hintOf(key), der: derOf(key) } : undefined;
  } catch {
    return undefined;
  }
}

function signingKeyOf(key: KeyObject): SigningKey {
  const publicKey = createPublicKey(key);
  return {
    hint: hintOf(publicKey),
    publicKey: publicKey.export({ type: "spki", format: "pem" }),
    sign: (data) => sign(undefined, data, key),
  };
}

function hintOf(key: KeyObject): Digest {
  return digestOf(derOf(key));
}

function derOf(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}
