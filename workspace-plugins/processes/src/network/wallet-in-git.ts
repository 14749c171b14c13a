import { realpath } from "node:fs/promises";
import path from "node:path";
import { runProgram } from "@slipway/signature/program";

/** Whether git would take a file into a commit, or has; `false` too where no repository is around it. */
export async function isCommittable(file: string, signal: AbortSignal): Promise<boolean> {
  const real = await realpath(file);
  try {
    const args = ["-C", path.dirname(real), "check-ignore", "--quiet", "--", real];
    await runProgram("git", args, { signal, timeout: 20_000 });
    return false;
  } catch (error) {
    signal.throwIfAborted();
    // Its status where nothing says that it is ignored. Every other: no git, or no repository.
    return error instanceof Error && "code" in error && error.code === 1;
  }
}
