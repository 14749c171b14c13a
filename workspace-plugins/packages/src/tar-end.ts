const blockBytes = 512;
const zeros = Buffer.alloc(blockBytes);

/** Tells what lies behind the end of a tar, two blocks of zeros, where its reader does not. */
export type TarEnd = {
  /** All bytes of the tar, in order, before its reader has them. */
  readonly see: (chunk: Uint8Array) => void;
  /** Whether the tar has ended before an entry: to every other reader it is not there. Asked of each entry, in order. */
  readonly isBefore: (entry: { readonly dataAt: number; readonly dataBytes: number }) => boolean;
};

export function openTarEnd(): TarEnd {
  /** Where two blocks of zeros begin, behind what is known to be a file's. */
  let ends: number[] = [];
  let dataEnd = 0;
  let seenBytes = 0;
  let isZeroBefore = false;
  let part = Buffer.alloc(0);
  const seeBlock = (block: Uint8Array): void => {
    const isZero = seenBytes >= dataEnd && zeros.equals(block);
    if (isZero && isZeroBefore) ends.push(seenBytes - blockBytes);
    isZeroBefore = isZero;
    seenBytes += blockBytes;
  };
  /** What is known to be a file's is not looked at. */
  const skip = (bytes: number): number => {
    const blocks = Math.floor(Math.min(bytes, Math.max(0, dataEnd - seenBytes)) / blockBytes);
    if (blocks > 0) isZeroBefore = false;
    seenBytes += blocks * blockBytes;
    return blocks * blockBytes;
  };
  return {
    see: (chunk) => {
      let at = 0;
      if (part.byteLength > 0) {
        at = Math.min(blockBytes - part.byteLength, chunk.byteLength);
        part = Buffer.concat([part, chunk.subarray(0, at)]);
        if (part.byteLength < blockBytes) return;
        seeBlock(part);
      }
      at += skip(chunk.byteLength - at);
      for (; at + blockBytes <= chunk.byteLength; at += blockBytes) {
        seeBlock(chunk.subarray(at, at + blockBytes));
      }
      part = Buffer.from(chunk.subarray(at));
    },
    isBefore: ({ dataAt, dataBytes }) => {
      const isOver = ends.some((end) => end >= dataEnd && end < dataAt);
      dataEnd = dataAt + Math.ceil(dataBytes / blockBytes) * blockBytes;
      ends = ends.filter((end) => end >= dataEnd);
      return isOver;
    },
  };
}
