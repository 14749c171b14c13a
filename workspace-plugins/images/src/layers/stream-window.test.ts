import fc from "fast-check";
import { expect, it } from "vitest";
import { openStreamWindow } from "./stream-window.ts";

it("gives what a file has at any places, one behind the other, however it comes", async () => {
  const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 20 });
  const steps = fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(pieces, steps, async (chunks, reads) => {
      const whole = Buffer.concat(chunks);
      let taken = 0;
      // What was handed over changes when the next is asked for.
      async function* source() {
        const reused = Buffer.alloc(40);
        for (const chunk of chunks) {
          taken += 1;
          reused.set(chunk);
          yield reused.subarray(0, chunk.length);
        }
      }
      {
        await using window = openStreamWindow(source(), whole.length);
        let at = 0;
        for (const [step, length] of reads) {
          at += step;
          const read = Buffer.from(await window.read(at, length));
          expect(read.equals(whole.subarray(at, at + length))).toBe(true);
        }
      }
      // Who sends it is not left waiting.
      expect(taken).toBe(chunks.length);
    }),
  );
});

it("does not go back", async () => {
  async function* source() {
    yield Buffer.alloc(20);
  }
  await using window = openStreamWindow(source(), 20);
  await window.read(10, 5);
  await expect(window.read(9, 5)).rejects.toThrow("does not go back");
});
