import { rm } from "node:fs/promises";
import path from "node:path";
import { readWorkspaceName } from "@slipway/executors/runs";
import { removeOwn } from "@slipway/images";
import { openConsole } from "@slipway/report";
import { readArguments } from "./arguments.ts";
import { usageExitCode } from "./call.ts";
import type { Call } from "./call.ts";
import { listOwnFolders } from "./own-folders.ts";

/**
 * Removes what this workspace made and nothing else: the images that carry its name (those of its other clones too, which
 * are the same images and are loaded again from their layouts) and the folders that our targets and Nx write here.
 * What other workspaces share (the package store, downloaded tools, keys) stays.
 */
export async function clean({ workspaceRoot, args }: Call): Promise<number> {
  const console = openConsole();
  const read = readArguments(args, { options: {}, words: [0, 0] });
  if (!read.ok) {
    console.failure(read.failure);
    return usageExitCode;
  }
  const workspace = readWorkspaceName(workspaceRoot);
  const signal = AbortSignal.timeout(120_000);
  const removed = await removeOwn({ workspace, counted: () => {}, signal });
  if (removed.ok) console.line(`removed ${removed.value.length} images and containers`);
  else if (removed.failure.reason === "engine-absent") console.line("no engine, so no images");
  else {
    console.failure(removed.failure);
    return 1;
  }
  for (const folder of await listOwnFolders(workspaceRoot)) {
    await rm(path.join(workspaceRoot, folder), { recursive: true, force: true });
    console.line(`removed ${folder}`);
  }
  return 0;
}
