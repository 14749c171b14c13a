import type * as Cryptography from "node:crypto";

/** Loaded with the first digest that is made: it takes 4 ms, and where nothing moved none is made. */
function cryptography(): typeof Cryptography {
  return (lazily.cryptography ??= process.getBuiltinModule("node:crypto"));
}

const lazily: { cryptography?: typeof Cryptography } = {};

/** `sha256:` and 64 lower-case hex digits, as the OCI image spec writes it (descriptor.md, Digests). */
export type Digest = string & { readonly __brand: "Digest" };

const pattern = /^sha256:[0-9a-f]{64}$/;

/** `undefined` for anything but a lower-case SHA-256 digest: nothing else is ever read from a lock or a server. */
export function parseDigest(text: string): Digest | undefined {
  return isDigest(text) ? text : undefined;
}

export function isDigest(text: string): text is Digest {
  return pattern.test(text);
}

export function digestOf(bytes: Uint8Array | string): Digest {
  return digestOfHex(cryptography().hash("sha256", bytes, "hex"));
}

/** HMAC-SHA-256: who does not have the key cannot try which text it is of. */
export function keyedDigestOf(text: string, key: string): Digest {
  return digestOfHex(cryptography().createHmac("sha256", key).update(text).digest("hex"));
}

/** Writes the 32 bytes themselves. By way of a text: making a buffer for each takes longer than hashing 500 bytes. */
export function writeSha256(bytes: Uint8Array, to: Uint8Array, offset: number): void {
  const text = cryptography().hash("sha256", bytes, "binary");
  for (let at = 0; at < text.length; at += 1) to[offset + at] = text.charCodeAt(at);
}

/** The digest that 32 bytes are. */
export function digestOfBytes(bytes: Uint8Array): Digest {
  if (bytes.byteLength !== 32) throw new Error("internal: not the 32 bytes of a SHA-256");
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- 32 bytes in hex; asking the pattern takes as long again
  return `sha256:${view.toString("hex")}` as Digest;
}

export async function digestOfStream(
  chunks: AsyncIterable<Uint8Array | string>,
): Promise<{ readonly digest: Digest; readonly sizeBytes: number }> {
  const hashing = openDigest();
  for await (const chunk of chunks) hashing.update(chunk);
  return hashing.end();
}

/** A digest that is fed piece by piece; `end` may be called once. */
export function openDigest(): {
  readonly update: (chunk: Uint8Array | string) => void;
  readonly end: () => { readonly digest: Digest; readonly sizeBytes: number };
} {
  const hashing = cryptography().createHash("sha256");
  let sizeBytes = 0;
  return {
    update: (chunk) => {
      sizeBytes += typeof chunk === "string" ? Buffer.byteLength(chunk) : chunk.byteLength;
      hashing.update(chunk);
    },
    end: () => ({ digest: digestOfHex(hashing.digest("hex")), sizeBytes }),
  };
}

/** The 64 hex digits, for a path such as `blobs/sha256/<hex>`. */
export function hexOf(digest: Digest): string {
  return digest.slice("sha256:".length);
}

/** The first 12 hex digits, for people. */
export function shortDigest(digest: Digest): string {
  return hexOf(digest).slice(0, 12);
}

/** A digest among other texts, for people: digests are long, and names and versions are not. */
export function shownDigest(text: string): string {
  return isDigest(text) ? shortDigest(text) : text;
}

function digestOfHex(hex: string): Digest {
  const text = `sha256:${hex}`;
  if (!isDigest(text)) throw new Error(`internal: not a SHA-256 in hex: ${hex}`);
  return text;
}
