import { runProgram } from "@slipway/signature/program";

/**
 * Files of the repository around a folder that are not as committed, relative to that folder; `undefined` where there is
 * no repository.
 */
export async function dirtyFiles(
  folder: string,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const git = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await runProgram("git", ["-C", folder, ...args], {
      signal,
      timeout: 60_000,
      maxBuffer: 64 * 1024 ** 2,
    });
    return stdout.toString("utf8");
  };
  try {
    const prefix = (await git("rev-parse", "--show-prefix")).trimEnd();
    const output = await git("status", "--porcelain", "-z", "--untracked-files=all");
    return pathsIn(output).map((file) => relativeTo(prefix, file));
  } catch (error) {
    signal.throwIfAborted();
    // No git, or no repository: what is not kept in commits cannot be said to be clean.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** git-status(1), "Porcelain Format Version 1" with `-z`: a renamed file has its old name behind it. */
function pathsIn(output: string): readonly string[] {
  const paths: string[] = [];
  let isOldName = false;
  for (const entry of output.split("\0")) {
    if (entry !== "" && !isOldName) paths.push(entry.slice(3));
    isOldName = !isOldName && /^(?:[RC].|.[RC]) /.test(entry);
  }
  return paths;
}

/** Of a file outside of the folder the path that git gives it. */
function relativeTo(prefix: string, file: string): string {
  return prefix !== "" && file.startsWith(prefix) ? file.slice(prefix.length) : file;
}
