import { closeSync, openSync, writeSync } from "node:fs";

/**
 * Writes a new file. It is closed when this ends, however it ends: a stream of Node may make its file only after it was
 * given up, in a folder that is being removed by then.
 */
export async function writeChunks(file: string, chunks: AsyncIterable<unknown>): Promise<void> {
  const target = openSync(file, "wx");
  try {
    for await (const chunk of chunks) {
      if (!(chunk instanceof Uint8Array)) throw new Error("internal: a stream of texts");
      for (let at = 0; at < chunk.byteLength;) at += writeSync(target, chunk, at);
    }
  } finally {
    closeSync(target);
  }
}
