import { expect, test } from "vitest";
import { digestOfMemory } from "./memory-digest.ts";
import { compact, pageSizeBytes } from "./sparse-memory.ts";

function digestOf(pages: number, ...bytes: readonly (readonly [number, number])[]): string {
  const memory = new Uint8Array(pages * pageSizeBytes);
  for (const [at, value] of bytes) memory[at] = value;
  return digestOfMemory(compact(memory));
}

test("a memory's digest tells what it holds, where, and how large it is", () => {
  const digest = digestOf(3, [5, 1]);
  expect(digestOf(3, [5, 1])).toBe(digest);
  expect(digestOf(3, [5, 2])).not.toBe(digest);
  expect(digestOf(3, [pageSizeBytes + 5, 1])).not.toBe(digest);
  expect(digestOf(4, [5, 1])).not.toBe(digest);
});
