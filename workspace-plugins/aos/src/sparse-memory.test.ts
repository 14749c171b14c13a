import { expect, test } from "vitest";
import { compact, pageSizeBytes, restore } from "./sparse-memory.ts";

function memoryWith(...bytes: readonly (readonly [at: number, value: number])[]): Uint8Array {
  const memory = new Uint8Array(4 * pageSizeBytes);
  for (const [at, value] of bytes) memory[at] = value;
  return memory;
}

test("a memory keeps only the pages that hold something", () => {
  const sparse = compact(memoryWith([pageSizeBytes, 1], [4 * pageSizeBytes - 1, 2]));
  expect(sparse.pages).toEqual([1, 3]);
  expect(sparse.pageCount).toBe(4);
  expect(sparse.bytes.byteLength).toBe(2 * pageSizeBytes);
});

test("a memory restored behind the own bytes of another is what it was", () => {
  const memory = memoryWith([0, 9], [2 * pageSizeBytes + 5, 8]);
  const target = memoryWith([pageSizeBytes + 1, 7]);
  restore(compact(memory), target, 2 * pageSizeBytes);
  expect(Buffer.compare(target, memory)).toBe(0);
});

test("a restore clears what was there before", () => {
  const memory = memoryWith([3, 3], [pageSizeBytes, 4]);
  const target = memoryWith([7, 7], [3 * pageSizeBytes, 5]);
  restore(compact(memory), target);
  expect(Buffer.compare(target, memory)).toBe(0);
});
