// hash-child.ts HASHER FOLDER LIST: digests the files that LIST names with one of the hashers, or with `none` only loads
// them. Prints how many digests there are.
import { readFileSync } from "node:fs";
import { hashAsPays, hashInProcess, openHashPool } from "@slipway/signature";
import type { FileHasher } from "@slipway/signature";
import { linesOf } from "./lines.ts";

const hashInPool: FileHasher = async (folder, files, signal) => {
  await using pool = await openHashPool();
  return await pool.hash(folder, files, signal);
};
const hashers = new Map<string, FileHasher>([
  ["in-process", hashInProcess],
  ["pool", hashInPool],
  ["as-pays", hashAsPays],
]);

const [name = "", folder = "", list = ""] = process.argv.slice(2);
const files = linesOf(readFileSync(list, "utf8")).map((path) => {
  const [sizeBytes = "", file = ""] = path.split("\t");
  return { kind: "file", path: file, isExecutable: false, sizeBytes: Number(sizeBytes) } as const;
});
const hasher = hashers.get(name);
const digests = await hasher?.(folder, files, new AbortController().signal);
process.stdout.write(`${digests?.digests.size ?? 0}\n`);
