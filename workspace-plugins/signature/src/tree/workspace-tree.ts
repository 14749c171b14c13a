import path from "node:path";
import type { ListingFailure } from "../failure.ts";
import type { Result } from "../result.ts";
import { askWatcher } from "../watch/ask-watcher.ts";
import { openTree } from "./open-tree.ts";
import type { Tree } from "./tree.ts";

/** Where the digests of a workspace's files are kept from one process to the next. */
export function treeCacheFile(workspaceRoot: string): string {
  return path.join(workspaceRoot, ".slipway", "tree.bin");
}

/** The tree of a workspace; where somebody watches it, nothing is looked at. */
export async function openWorkspaceTree(
  workspaceRoot: string,
  signal: AbortSignal,
): Promise<Result<Tree, ListingFailure>> {
  const cacheFile = treeCacheFile(workspaceRoot);
  const asked = await askWatcher(workspaceRoot, { ask: "version" });
  const version = asked.state === "current" ? asked.version : undefined;
  return openTree(workspaceRoot, { cacheFile, version, signal });
}
