const headBytes = 9;

/** SETTINGS_MAX_FRAME_SIZE, which we leave at its default: RFC 9113, 6.5.2. */
const largestFrameBytes = 16_384;

/** From DATA to CONTINUATION, and those of extensions: RFC 9113, 6 and RFC 7838, 8336, 9218. */
const lastFrameType = 0x10;

/**
 * Follows the frames of HTTP/2 through chunks of any size, and answers with what stands where a frame should begin but is
 * none. Three letters read as a length are more than any frame has, so a line of text is always found.
 */
export function guardFrames(): (chunk: Buffer) => Buffer | undefined {
  const state = { head: Buffer.alloc(0), left: 0 };
  return (chunk) => {
    for (let at = 0; at < chunk.length;) {
      if (state.left > 0) {
        const skipped = Math.min(state.left, chunk.length - at);
        state.left -= skipped;
        at += skipped;
        continue;
      }
      const taken = chunk.subarray(at, at + headBytes - state.head.length);
      state.head = Buffer.concat([state.head, taken]);
      at += taken.length;
      if (isStray(state.head)) return Buffer.concat([state.head, chunk.subarray(at)]);
      if (state.head.length === headBytes) {
        state.left = state.head.readUIntBE(0, 3);
        state.head = Buffer.alloc(0);
      }
    }
    return undefined;
  };
}

function isStray(head: Buffer): boolean {
  if (head.length >= 3 && head.readUIntBE(0, 3) > largestFrameBytes) return true;
  return (head[3] ?? 0) > lastFrameType;
}
