import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";

export type NxRun = {
  readonly workspaceRoot: string;
  readonly nxArguments: readonly string[];
  /** Gets all that Nx and its tasks write. */
  readonly logFile: string;
  readonly line: (line: string) => void;
};

/** Runs Nx of this workspace with the Node that runs us. Ctrl-C reaches it by the terminal. Answers with its exit code. */
export async function runNx({ workspaceRoot, nxArguments, logFile, line }: NxRun): Promise<number> {
  const nx = path.join(workspaceRoot, "node_modules", "nx", "dist", "bin", "nx.js");
  await mkdir(path.dirname(logFile), { recursive: true });
  process.on("SIGINT", stay).on("SIGTERM", stay);
  try {
    const child = execa(process.execPath, [nx, ...nxArguments], {
      cwd: workspaceRoot,
      env: { NX_TUI: "false" },
      stdin: "ignore",
      all: true,
      buffer: false,
      reject: false,
      forceKillAfterDelay: 30_000,
    });
    child.all.pipe(createWriteStream(logFile));
    for await (const text of child.iterable({ from: "all" })) line(text);
    const { exitCode } = await child;
    return exitCode ?? 1;
  } finally {
    process.off("SIGINT", stay).off("SIGTERM", stay);
  }
}

/** Nx gets the same signal and stops its tasks; we stay to print what was done. */
function stay(): void {}
