import { openTree } from "./open-tree.ts";

// node scan-process.ts <folder> <cache file>: reads the whole tree and leaves it in the file. What a reading of many files
// takes of memory is gone with the process.
const [, , folder = ".", cacheFile = ""] = process.argv;
const { signal } = new AbortController();
const tree = await openTree(folder, { cacheFile, hashesAll: true, signal });
if (tree.ok) {
  await tree.value.digestOfFolder("");
  await tree.value.save();
}
process.exitCode = tree.ok ? 0 : 1;
