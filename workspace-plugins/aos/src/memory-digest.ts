import { digestOf } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import type { SparseMemory } from "./sparse-memory.ts";

/** Of all that a memory holds and how large it is; equal memories have equal digests on any machine. */
export function digestOfMemory({ pageCount, pages, bytes }: SparseMemory): Digest {
  const record = { version: 1, pageCount, pages, bytes: digestOf(bytes) };
  return digestOf(JSON.stringify(record));
}
