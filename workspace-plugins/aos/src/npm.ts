import { spawn } from "node:child_process";

/**
 * Runs the npm client in `cwd` and resolves with its exit code; what it prints on standard output is dropped. Rejects
 * when it could not be started or was stopped by its signal.
 */
export function runNpm(
  args: readonly string[],
  cwd: string,
  signal: AbortSignal,
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    spawn("npm", [...args], { stdio: ["ignore", "ignore", "inherit"], cwd, signal })
      .once("error", reject)
      .once("close", resolve);
  });
}
