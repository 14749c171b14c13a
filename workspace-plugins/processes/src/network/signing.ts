import { constants, createPrivateKey, hash, sign } from "node:crypto";
import type { webcrypto } from "node:crypto";

/**
 * RSA-PSS with SHA-256 over the deep hash of the parts, as Arweave verifies it. The salt is as long as fits, which is
 * what arweave-js and arbundles sign with.
 */
export function openRsaKey(jwk: webcrypto.JsonWebKey): (message: Uint8Array) => Uint8Array {
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  return (message) => sign("sha256", message, { key, padding: constants.RSA_PKCS1_PSS_PADDING });
}

/** Arweave's deep hash of a list of byte strings (ANS-104 refers to Arweave 2.0's format of transactions). */
export function deepHash(parts: readonly Uint8Array[]): Uint8Array {
  const list = sha384(Buffer.from(`list${parts.length}`));
  return parts.reduce<Uint8Array>(
    (before, part) => sha384(Buffer.concat([before, hashOfBlob(part)])),
    list,
  );
}

function hashOfBlob(blob: Uint8Array): Uint8Array {
  const kind = sha384(Buffer.from(`blob${blob.length}`));
  return sha384(Buffer.concat([kind, sha384(blob)]));
}

function sha384(bytes: Uint8Array): Uint8Array {
  return hash("sha384", bytes, "buffer");
}
