import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

export type GitListing =
  | { readonly state: "listed"; readonly paths: readonly Buffer[] }
  | { readonly state: "not-a-repository" }
  | { readonly state: "failed"; readonly exitCode: number | undefined; readonly output: string };

/** A git hook points these at its own repository; a listing is always that of the folder it is asked for. */
const hookVariables = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_PREFIX",
  "GIT_COMMON_DIR",
];

const timeoutMs = 60_000;
const largestListingBytes = 1024 ** 3;

/** Tracked files and untracked ones that are not ignored, relative to `folder`; a file deleted from disk is among them. */
export async function listByGit(folder: string, signal: AbortSignal): Promise<GitListing> {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  try {
    const { stdout } = await run("git", args, {
      cwd: folder,
      encoding: "buffer",
      env: environment(),
      maxBuffer: largestListingBytes,
      signal,
      timeout: timeoutMs,
    });
    return { state: "listed", paths: splitByNul(stdout) };
  } catch (error) {
    signal.throwIfAborted();
    const output = textOf(error, "stderr").trim();
    if (output.includes("not a git repository")) return { state: "not-a-repository" };
    return { state: "failed", exitCode: exitCodeOf(error), output: output || String(error) };
  }
}

function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !hookVariables.includes(name));
  return { ...Object.fromEntries(inherited), LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" };
}

function splitByNul(bytes: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, start)) {
    parts.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return parts;
}

function textOf(error: unknown, key: "stderr"): string {
  return error instanceof Error && key in error ? String(error[key]) : "";
}

function exitCodeOf(error: unknown): number | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "number"
    ? error.code
    : undefined;
}
