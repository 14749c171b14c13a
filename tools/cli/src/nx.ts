import path from "node:path";
import { execa } from "execa";

/** Runs Nx of this workspace with the Node that runs us; its output is ours. Ctrl-C reaches it by the terminal. */
export async function runNx(
  workspaceRoot: string,
  nxArguments: readonly string[],
): Promise<number> {
  const nx = path.join(workspaceRoot, "node_modules", "nx", "dist", "bin", "nx.js");
  process.on("SIGINT", stay).on("SIGTERM", stay);
  try {
    const result = await execa(process.execPath, [nx, ...nxArguments], {
      cwd: workspaceRoot,
      stdio: "inherit",
      env: { NX_TUI: "false" },
      reject: false,
      forceKillAfterDelay: 30_000,
    });
    return result.exitCode ?? 1;
  } finally {
    process.off("SIGINT", stay).off("SIGTERM", stay);
  }
}

/** Nx gets the same signal and stops its tasks; we stay to print what was done. */
function stay(): void {}
