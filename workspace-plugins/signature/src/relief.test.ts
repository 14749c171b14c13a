import { expect, test } from "vitest";
import { relieve } from "./relief.ts";

const mebibyte = 1024 ** 2;
const pieceBytes = 64 * 1024;

/** The most that was ever held of so many bytes in pieces that nobody keeps. */
function mostHeld(bytes: number, told: (bytes: number) => void): number {
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let passed = 0; passed < bytes; passed += pieceBytes) {
    Buffer.allocUnsafeSlow(pieceBytes).fill(1);
    told(pieceBytes);
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  return most;
}

test("of bytes that pass few are held, where it is told of them", () => {
  expect(mostHeld(256 * mebibyte, relieve)).toBeLessThan(8 * mebibyte);
  // Else this test would prove nothing.
  expect(mostHeld(256 * mebibyte, () => {})).toBeGreaterThan(8 * mebibyte);
});
