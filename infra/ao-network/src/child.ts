import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";

export type Child = ChildProcess & { readonly stdout: Readable };

/** Runs this Node; the child can tell by the end of its standard input that this process is gone. */
export function startNode(args: readonly string[]): Child {
  return spawn(process.execPath, [...args], { stdio: ["pipe", "pipe", "inherit"] });
}

/** Resolves with how a child ended; rejects when it could not be started or was stopped by its signal. */
export function endOfChild(child: ChildProcess): Promise<{ readonly code: number | null }> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code }));
  });
}
