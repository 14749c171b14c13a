import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";

export type Child = ChildProcess & { readonly stdout: Readable };

/** Runs this Node; the child can tell by the end of its standard input that this process is gone. */
export function startNode(args: readonly string[]): Child {
  return spawn(process.execPath, [...args], { stdio: ["pipe", "pipe", "inherit"] });
}

export type ChildEnd = {
  readonly code: number | null;
  /** By itself on a signal that asks, or by that signal before it could do so itself. */
  readonly wasToldTo: boolean;
};

/** Resolves with how a child ended; rejects when it could not be started. */
export function endOfChild(child: ChildProcess): Promise<ChildEnd> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      resolve({ code, wasToldTo: code === 0 || signal === "SIGTERM" || signal === "SIGINT" });
    });
  });
}
