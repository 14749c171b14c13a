import path from "node:path";
import type { ListingFailure } from "../failure.ts";
import type { Result } from "../result.ts";
import { openTree } from "./open-tree.ts";
import type { Tree } from "./tree.ts";

/** Where the digests of a workspace's files are kept from one process to the next. */
export function treeCacheFile(workspaceRoot: string): string {
  return path.join(workspaceRoot, ".slipway", "tree.bin");
}

export async function openWorkspaceTree(
  workspaceRoot: string,
  signal: AbortSignal,
): Promise<Result<Tree, ListingFailure>> {
  return openTree(workspaceRoot, { cacheFile: treeCacheFile(workspaceRoot), signal });
}
