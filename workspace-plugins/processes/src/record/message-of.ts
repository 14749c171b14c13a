import type { Digest } from "@slipway/signature";
import type { HistoryEntry } from "./record.ts";

/** The newest message that carried a code: an adoption has read it and sent none. */
export function messageOf(
  history: readonly HistoryEntry[],
  codeDigest: Digest,
): string | undefined {
  return history.findLast((entry) => entry.codeDigest === codeDigest && entry.message !== undefined)
    ?.message;
}
