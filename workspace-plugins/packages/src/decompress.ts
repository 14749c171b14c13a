import { Readable, pipeline } from "node:stream";
import { constants, createGunzip, createZstdDecompress } from "node:zlib";
import { relieve } from "@slipway/signature/basics";

/** No frame may ask for a larger window, which is memory: 64 MiB. */
const mostWindowLog = 26;
const magicBytes = 4;

/** The bytes of a layer however it is compressed. Its first bytes say how: media types often do not. */
export async function* decompressed(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const pieces = chunks[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.byteLength < magicBytes) {
    const next = await pieces.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const whole = restored(head, pieces);
  const decoder = decoderOf(head);
  if (decoder === undefined) return yield* whole;
  // An error of either ends the other, and is thrown where the decoder is read.
  const unpacked: AsyncIterable<Buffer> = pipeline(Readable.from(whole), decoder, () => {});
  for await (const chunk of unpacked) {
    yield chunk;
    relieve(chunk.byteLength);
  }
}

async function* restored(
  head: Uint8Array,
  pieces: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield head;
  for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
    yield next.value;
  }
}

/**
 * RFC 1952, section 2.3.1, and RFC 8878, sections 3.1.1 and 3.1.2, the frames that are skipped. No tar that is a package
 * begins like any of them.
 */
function decoderOf(head: Buffer): ReturnType<typeof createGunzip> | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return createGunzip();
  if (head.length < magicBytes) return undefined;
  const magic = head.readUInt32LE(0);
  if (magic !== 0xfd2fb528 && magic >>> 4 !== 0x184d2a5) return undefined;
  return createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: mostWindowLog } });
}
