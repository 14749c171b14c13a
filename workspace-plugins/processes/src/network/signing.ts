import { constants, createPrivateKey, hash, privateEncrypt, sign } from "node:crypto";
import type { webcrypto } from "node:crypto";

export type RsaKey = {
  readonly sign: (message: Uint8Array) => Uint8Array;
  /** The same signature each time. */
  readonly signAgain: (message: Uint8Array) => Uint8Array;
};

/**
 * RSA-PSS with SHA-256 over the deep hash of the parts, as Arweave verifies it. The salt is as long as fits, which is
 * what arweave-js and arbundles sign with.
 */
export function openRsaKey(jwk: webcrypto.JsonWebKey): RsaKey {
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  const sizeBytes = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  return {
    sign: (message) => sign("sha256", message, { key, padding: constants.RSA_PKCS1_PSS_PADDING }),
    signAgain: (message) =>
      privateEncrypt(
        { key, padding: constants.RSA_NO_PADDING },
        saltedByItself(message, sizeBytes),
      ),
  };
}

/** EMSA-PSS (RFC 8017, section 9.1.1) with a salt that follows from the message, for a modulus of whole bytes. */
function saltedByItself(message: Uint8Array, sizeBytes: number): Buffer {
  const digest = sha256(message);
  const salt = mask(sha256(Buffer.concat([Buffer.from("slipway salt"), digest])), sizeBytes - 34);
  const seed = sha256(Buffer.concat([Buffer.alloc(8), digest, salt]));
  const block = Buffer.concat([Buffer.from([1]), salt]);
  const masked = mask(seed, block.length).map((byte, at) => byte ^ (block[at] ?? 0));
  // The number has to be below the modulus.
  masked[0] = (masked[0] ?? 0) & 0x7f;
  return Buffer.concat([masked, seed, Buffer.from([0xbc])]);
}

/** MGF1 (RFC 8017, section B.2.1) with SHA-256. */
function mask(seed: Uint8Array, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, at) => {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(at);
    return sha256(Buffer.concat([seed, counter]));
  });
  return Buffer.concat(blocks).subarray(0, length);
}

function sha256(bytes: Uint8Array): Uint8Array {
  return hash("sha256", bytes, "buffer");
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
