import { canonicalJson, digestOf } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";

/** A file of a tree as it counts: what it holds and if it can be executed. No times, owners or other mode bits. */
export type TreeFile = {
  readonly path: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
};

export type FileContent = {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly isExecutable: boolean;
};

function treeFileOf({ path, bytes, isExecutable }: FileContent): TreeFile {
  return { path, digest: digestOf(bytes), sizeBytes: bytes.byteLength, isExecutable };
}

/** In the order of their paths, so that a tree has one digest however it was listed. */
export function treeOf(contents: readonly FileContent[]): readonly TreeFile[] {
  return contents.map(treeFileOf).toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

export function treeDigestOf(files: readonly TreeFile[]): Digest {
  return digestOf(canonicalJson(files));
}

/** What differs first between two trees, in words for a stale or a tampered tree. */
export function findTreeDifference(
  recorded: readonly TreeFile[],
  found: readonly TreeFile[],
): { readonly path: string; readonly recorded: string; readonly found: string } | undefined {
  const paths = [...new Set([...recorded, ...found].map(({ path }) => path))].toSorted();
  return paths
    .map((path) => ({ path, recorded: describe(recorded, path), found: describe(found, path) }))
    .find((row) => row.recorded !== row.found);
}

function describe(files: readonly TreeFile[], path: string): string {
  const file = files.find((candidate) => candidate.path === path);
  if (file === undefined) return "absent";
  return file.isExecutable ? `${file.digest} (executable)` : file.digest;
}
