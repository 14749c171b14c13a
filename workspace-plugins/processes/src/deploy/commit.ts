import { runProgram } from "@slipway/signature/program";
import type { Commit } from "../record/record.ts";

/** The commit that a folder has checked out; `undefined` where there is none. */
export async function headCommit(folder: string, signal: AbortSignal): Promise<Commit | undefined> {
  const git = async (...args: readonly string[]): Promise<string | undefined> => {
    try {
      const { stdout } = await runProgram("git", ["-C", folder, ...args], {
        signal,
        timeout: 20_000,
      });
      return stdout.toString("utf8").trim();
    } catch {
      // No git, no repository, no commit: the history does without.
      return undefined;
    }
  };
  const [id, changes] = await Promise.all([
    git("rev-parse", "--verify", "HEAD"),
    git("status", "--porcelain"),
  ]);
  return id === undefined ? undefined : { id, isClean: changes === "" };
}
