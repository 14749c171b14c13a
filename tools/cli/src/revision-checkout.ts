import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readTextIfPresent } from "@slipway/signature";
import { fail, ok } from "@slipway/signature/result";
import type { Result } from "@slipway/signature/result";
import { linkPackages } from "@slipway/signature/link-packages";
import { runProgram } from "./run-program.ts";

/** The files of a commit, with the installed packages; removed with all traces at the end. */
export type RevisionCheckout = AsyncDisposable & {
  /** The workspace in it. */
  readonly root: string;
  /** Whether its packages are those that are installed: without them its plugins do not run. */
  readonly hasPackages: boolean;
};

export type CheckoutFailure = {
  readonly reason: "revision-not-checked-out";
  readonly commit: string;
  readonly output: string;
};

/** A worktree beside the working tree, which is not touched; no hook of the repository runs. */
export async function openRevision(
  workspaceRoot: string,
  commit: string,
  signal: AbortSignal,
): Promise<Result<RevisionCheckout, CheckoutFailure>> {
  const temporary = await realpath(await mkdtemp(path.join(tmpdir(), "slipway-revision-")));
  // A project at the root may be named after its folder.
  const folder = path.join(temporary, path.basename(workspaceRoot));
  const git = (args: readonly string[], stop?: AbortSignal) =>
    runProgram("git", ["-c", "core.hooksPath=/dev/null", ...args], {
      cwd: workspaceRoot,
      ...(stop === undefined ? {} : { signal: stop }),
    });
  const remove = async (): Promise<void> => {
    await git(["worktree", "remove", "--force", "--force", folder]);
    // A git that was stopped may have a child that still writes: then the folder is not empty at once.
    await rm(temporary, { recursive: true, force: true, maxRetries: 20 });
    // Also of one that was stopped before it was whole.
    await git(["worktree", "prune"]);
  };
  try {
    const prefix = await git(["rev-parse", "--show-prefix"], signal);
    const added = await git(["worktree", "add", "--detach", "--quiet", folder, commit], signal);
    if (added.state === "failed") {
      await remove();
      return fail({ reason: "revision-not-checked-out", commit, output: added.output });
    }
    const root = path.join(folder, prefix.output.trim());
    const hasPackages = (await lockOf(root)) === (await lockOf(workspaceRoot));
    if (hasPackages) await linkPackages(workspaceRoot, root);
    return ok({ root, hasPackages, [Symbol.asyncDispose]: remove });
  } catch (error) {
    await remove();
    throw error;
  }
}

async function lockOf(root: string): Promise<string | undefined> {
  return readTextIfPresent(path.join(root, "package-lock.json"));
}
