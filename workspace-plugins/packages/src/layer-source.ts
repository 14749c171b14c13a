import { decompressed } from "./decompress.ts";
import type { LayerLimits } from "./layer-limits.ts";

export type Source = {
  /** Leaving it half-way does not end what it reads from. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly readBytes: () => number;
  /** Reads what is left. Throws what the source has thrown. */
  readonly finish: () => Promise<void>;
};

export class LimitReached extends Error {
  readonly problem: "too-large" | "too-dense";
  readonly most: number;
  constructor(problem: LimitReached["problem"], most: number) {
    super(problem);
    this.problem = problem;
    this.most = most;
  }
}

export function openSource(chunks: AsyncIterable<Uint8Array>): Source {
  const pieces = chunks[Symbol.asyncIterator]();
  const thrown: unknown[] = [];
  let readBytes = 0;
  const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    try {
      const piece = await pieces.next();
      if (piece.done === true) return { done: true, value: undefined };
      readBytes += piece.value.byteLength;
      return piece;
    } catch (error) {
      thrown.push(error);
      throw error;
    }
  };
  return {
    chunks: { [Symbol.asyncIterator]: () => ({ next }) },
    readBytes: () => readBytes,
    finish: async () => {
      while (thrown.length === 0 && (await next()).done !== true);
      if (thrown.length > 0) throw thrown[0];
    },
  };
}

/** The tar in a layer; throws a `LimitReached` where it is more than one may be. */
export async function* unpacked(
  source: Source,
  { unpackedBytes, ratio, ratioFromBytes }: LayerLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  let seenBytes = 0;
  for await (const chunk of decompressed(source.chunks)) {
    seenBytes += chunk.byteLength;
    if (seenBytes > unpackedBytes) throw new LimitReached("too-large", unpackedBytes);
    if (seenBytes > ratioFromBytes && seenBytes > source.readBytes() * ratio) {
      throw new LimitReached("too-dense", ratio);
    }
    yield chunk;
  }
}
