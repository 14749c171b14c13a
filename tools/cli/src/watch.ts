import { openConsole } from "@slipway/report";
import { treeCacheFile, watchWorkspace } from "@slipway/signature";
import { readArguments } from "./arguments.ts";
import { usageExitCode } from "./call.ts";
import type { Call } from "./call.ts";

/** Keeps the tree of the workspace current until it is told to stop, so that commands need not look for themselves. */
export async function watch({ workspaceRoot, args }: Call): Promise<number> {
  const console = openConsole();
  const read = readArguments(args, { options: {}, words: [0, 0] });
  if (!read.ok) {
    console.failure(read.failure);
    return usageExitCode;
  }
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => stopping.abort());
  }
  const ended = await watchWorkspace(workspaceRoot, {
    cacheFile: treeCacheFile(workspaceRoot),
    signal: stopping.signal,
    onReady: ({ files, folders }) =>
      console.line(
        `watching ${counted(files, "file")} in ${counted(folders, "folder")} of ${workspaceRoot}`,
      ),
  });
  if (!ended.ok) {
    console.failure(ended.failure);
    return 1;
  }
  if (ended.value === "gone") console.line(`${workspaceRoot} is gone, or its .slipway is`);
  return 0;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
