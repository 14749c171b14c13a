import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { relieve } from "@slipway/signature/basics";

/** What a request sends, as often as it is sent. A `Blob` is one. */
export type Body = {
  readonly size: number;
  readonly slice: (from: number, to: number) => Body;
  /** A piece holds until the next is asked for. */
  readonly stream: () => AsyncIterable<Uint8Array>;
};

const bufferBytes = 256 * 1024;

/** A file that nobody changes meanwhile. It is read through one buffer, however large it is. */
export async function fileBody(file: string): Promise<Body> {
  await using opened = await open(file);
  const { size } = await opened.stat();
  return partOf(file, 0, size);
}

function partOf(file: string, from: number, to: number): Body {
  return {
    size: to - from,
    slice: (begin, end) => partOf(file, from + begin, Math.min(from + end, to)),
    stream: () => piecesOf(file, from, to),
  };
}

async function* piecesOf(
  file: string,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  await using opened = await open(file);
  const buffer = Buffer.allocUnsafeSlow(Math.min(bufferBytes, to - from));
  for (let at = from; at < to;) {
    const read = await readAt(opened, buffer, at, to);
    yield buffer.subarray(0, read);
    relieve(read);
    at += read;
  }
}

async function readAt(file: FileHandle, buffer: Buffer, at: number, to: number): Promise<number> {
  const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.byteLength, to - at), at);
  if (bytesRead === 0) throw new Error("the file has become shorter");
  return bytesRead;
}
