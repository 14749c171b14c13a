import { open } from "node:fs/promises";
import { openDigest } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import { pieceBytes } from "./file-window.ts";

/** A stored layer: its digest is that of the uncompressed tar, so it is its diff id as well. */
export type Blob = { readonly digest: Digest; readonly sizeBytes: number };

/** Writes a file by few large writes. A chunk need hold only until the next is asked for. */
export async function writeDigested(chunks: AsyncIterable<Uint8Array>, to: string): Promise<Blob> {
  const digest = openDigest();
  await using file = await open(to, "w");
  for await (const piece of inPieces(chunks)) {
    digest.update(piece);
    await file.writeFile(piece);
  }
  return digest.end();
}

/** Each piece holds until the next is asked for. */
async function* inPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const piece = Buffer.allocUnsafe(pieceBytes);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const length = Math.min(chunk.length - at, piece.length - filled);
      piece.set(chunk.subarray(at, at + length), filled);
      filled += length;
      at += length;
      if (filled < piece.length) continue;
      yield piece;
      filled = 0;
    }
  }
  yield piece.subarray(0, filled);
}
