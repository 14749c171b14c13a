import { createReadStream } from "node:fs";
import { openDigest } from "../digest.ts";
import type { Digest } from "../digest.ts";
import { codeOf } from "./look.ts";

export type TextContent = {
  /** Of the bytes as they lie there. */
  readonly raw: Digest;
  /** Of the same with LF for each CR LF, as git keeps a file that is declared text. */
  readonly digest: Digest;
  readonly sizeBytes: number;
};

const carriageReturn = 0x0d;
const lineFeed = 0x0a;

/** Both digests of a file, in one reading of any size; `undefined` where it cannot be read. */
export async function readAsText(file: string): Promise<TextContent | undefined> {
  const raw = openDigest();
  const text = openDigest();
  // A CR at the end of a piece waits for what follows it.
  let isHeld = false;
  try {
    const pieces: AsyncIterable<Buffer> = createReadStream(file);
    for await (const bytes of pieces) {
      raw.update(bytes);
      const whole: Buffer = isHeld ? Buffer.concat([Buffer.of(carriageReturn), bytes]) : bytes;
      isHeld = whole.at(-1) === carriageReturn;
      text.update(withoutCr(isHeld ? whole.subarray(0, -1) : whole));
    }
  } catch (error) {
    codeOf(error);
    return undefined;
  }
  if (isHeld) text.update(Buffer.of(carriageReturn));
  return { raw: raw.end().digest, ...text.end() };
}

/** Leaves out each CR before an LF. */
function withoutCr(bytes: Buffer): Buffer {
  const kept = Buffer.allocUnsafe(bytes.byteLength);
  let length = 0;
  for (const [at, byte] of bytes.entries()) {
    if (byte === carriageReturn && bytes[at + 1] === lineFeed) continue;
    kept[length] = byte;
    length += 1;
  }
  return kept.subarray(0, length);
}
