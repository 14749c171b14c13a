import { compareBytes, fail, hexOf, ok, parseDigest } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";

/** `hash  ./file` a line, in the order of the files' bytes, as `sha256sum` reads and writes them. */
export function formatSums(sums: ReadonlyMap<string, Digest>): string {
  return [...sums]
    .toSorted(([a], [b]) => compareBytes(a, b))
    .map(([file, digest]) => `${hexOf(digest)}  ./${file}\n`)
    .join("");
}

/** The number of a line that is none, or that names a file a second time or outside of the folder. */
export function parseSums(text: string): Result<ReadonlyMap<string, Digest>, number> {
  const sums = new Map<string, Digest>();
  const lines = text.replace(/\n$/, "").split("\n");
  for (const [at, line] of lines.entries()) {
    const [, hex = "", file = ""] = /^([0-9a-f]{64}) [ *](?:\.\/)?([\w.+-]+)$/.exec(line) ?? [];
    const digest = parseDigest(`sha256:${hex}`);
    if (digest === undefined || sums.has(file) || file === "..") return fail(at + 1);
    sums.set(file, digest);
  }
  return ok(sums);
}
