import { open } from "node:fs/promises";

/** Any place of a file, read by large pieces: who goes through it in order has each byte read once. */
export type FileWindow = AsyncDisposable & {
  readonly sizeBytes: number;
  /** Fewer bytes than asked for at the end of the file, or of a piece. They hold until the next call. */
  readonly read: (at: number, length: number) => Promise<Buffer>;
};

/** No answer of a window is longer. */
export const pieceBytes = 512 * 1024;

export async function openFileWindow(file: string): Promise<FileWindow> {
  const handle = await open(file);
  const { size } = await handle.stat();
  const piece = Buffer.alloc(Math.min(pieceBytes, size));
  let start = 0;
  let end = 0;
  return {
    sizeBytes: size,
    read: async (at, length) => {
      const wanted = Math.min(at + Math.min(length, pieceBytes), size);
      if (at < start || wanted > end) {
        const { bytesRead } = await handle.read(piece, 0, piece.length, at);
        start = at;
        end = at + bytesRead;
      }
      return piece.subarray(at - start, Math.max(at, Math.min(wanted, end)) - start);
    },
    [Symbol.asyncDispose]: async () => handle.close(),
  };
}
