import { createReadStream } from "node:fs";
import { relieve } from "@slipway/signature/basics";

/** A file of any size, in pieces that are collected soon. */
export async function* fileChunks(file: string): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks: AsyncIterable<Buffer> = createReadStream(file);
  for await (const chunk of chunks) {
    yield chunk;
    relieve(chunk.byteLength);
  }
}
