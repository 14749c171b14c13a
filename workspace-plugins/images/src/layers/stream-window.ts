import type { FileWindow } from "./file-window.ts";
import { pieceBytes } from "./file-window.ts";

/**
 * A file as it comes, from its begin to its end: what is before a place that was asked for is gone. A chunk of it need
 * hold only until the next is asked for.
 */
export function openStreamWindow(chunks: AsyncIterable<Uint8Array>, sizeBytes: number): FileWindow {
  const take = openChunks(chunks);
  const buffer = Buffer.allocUnsafe(2 * pieceBytes);
  const held = { from: 0, to: 0 };
  /** Where in the file that begins which is held. */
  let start = 0;
  const skip = async (length: number): Promise<void> => {
    const ofHeld = Math.min(length, held.to - held.from);
    held.from += ofHeld;
    for (let left = length - ofHeld; left > 0;) {
      const bytes = await take(left);
      if (bytes.length === 0) return;
      left -= bytes.length;
    }
  };
  const hold = async (length: number): Promise<void> => {
    while (held.to - held.from < length) {
      const bytes = await take(length - (held.to - held.from));
      if (bytes.length === 0) return;
      if (held.to + bytes.length > buffer.length) {
        buffer.copyWithin(0, held.from, held.to);
        held.to -= held.from;
        held.from = 0;
      }
      buffer.set(bytes, held.to);
      held.to += bytes.length;
    }
  };
  return {
    sizeBytes,
    read: async (at, length) => {
      if (at < start) throw new Error("internal: a stream does not go back");
      const wanted = Math.max(0, Math.min(length, pieceBytes, sizeBytes - at));
      await skip(at - start);
      start = at;
      await hold(wanted);
      return buffer.subarray(held.from, Math.min(held.from + wanted, held.to));
    },
    [Symbol.asyncDispose]: async () => {
      // Who sends it waits until all of it is taken.
      while ((await take(Infinity)).length > 0) start = sizeBytes;
    },
  };
}

/** Gives what comes next, at most so many bytes of it, and none at the end. */
function openChunks(chunks: AsyncIterable<Uint8Array>): (most: number) => Promise<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  let chunk: Uint8Array = Buffer.alloc(0);
  return async (most) => {
    while (chunk.length === 0) {
      const next = await iterator.next();
      if (next.done === true) return chunk;
      chunk = next.value;
    }
    const taken = chunk.subarray(0, most);
    chunk = chunk.subarray(taken.length);
    return taken;
  };
}
