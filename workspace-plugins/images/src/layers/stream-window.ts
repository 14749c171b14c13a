import type { FileWindow } from "./file-window.ts";
import { pieceBytes } from "./file-window.ts";

/** A file as it comes, from its begin to its end: what is before a place that was asked for is gone. */
export function openStreamWindow(chunks: AsyncIterable<Uint8Array>, sizeBytes: number): FileWindow {
  const iterator = chunks[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  /** Where what is held begins. */
  let start = 0;
  const next = async (): Promise<Uint8Array | undefined> => {
    const taken = await iterator.next();
    return taken.done === true ? undefined : taken.value;
  };
  return {
    sizeBytes,
    read: async (at, length) => {
      if (at < start) throw new Error("internal: a stream does not go back");
      const wanted = Math.min(at + Math.min(length, pieceBytes), sizeBytes);
      const parts: Uint8Array[] = [held];
      for (let end = start + held.length; end < wanted;) {
        const chunk = await next();
        if (chunk === undefined) break;
        if (end <= at) {
          parts.length = 0;
          start = end;
        }
        parts.push(chunk);
        end += chunk.length;
      }
      if (parts.length !== 1 || parts[0] !== held) held = Buffer.concat(parts);
      held = held.subarray(Math.min(at - start, held.length));
      start = at;
      return held.subarray(0, Math.max(0, wanted - at));
    },
    [Symbol.asyncDispose]: async () => {
      // Who sends it waits until all of it is taken.
      while ((await next()) !== undefined) start = sizeBytes;
    },
  };
}
