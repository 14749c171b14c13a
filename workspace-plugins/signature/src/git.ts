import path from "node:path";
import { gitEnvironment } from "./git-environment.ts";
import { runProgram } from "./program.ts";

export type GitListing =
  /** Paths with NUL after each. */
  | { readonly state: "listed"; readonly output: Buffer }
  | { readonly state: "not-a-repository" }
  | { readonly state: "failed"; readonly exitCode: number | undefined; readonly output: string };

const timeoutMs = 60_000;
const largestListingBytes = 1024 ** 3;

/** Tracked files and untracked ones that are not ignored, relative to `folder`; a file deleted from disk is among them. */
export async function listByGit(folder: string, signal: AbortSignal): Promise<GitListing> {
  return lsFiles(folder, ["--cached", "--others", "--exclude-standard"], signal);
}

/** The same in two parts: looking for untracked files takes four times as long as naming the tracked ones. */
export async function trackedByGit(folder: string, signal: AbortSignal): Promise<GitListing> {
  return lsFiles(folder, ["--cached"], signal);
}

export async function untrackedByGit(folder: string, signal: AbortSignal): Promise<GitListing> {
  return lsFiles(folder, ["--others", "--exclude-standard"], signal);
}

async function lsFiles(
  folder: string,
  which: readonly string[],
  signal: AbortSignal,
): Promise<GitListing> {
  const answer = await ask(folder, ["ls-files", "-z", ...which], signal);
  return answer.state === "answered" ? { state: "listed", output: answer.value } : answer;
}

export function splitByNul(bytes: Buffer): readonly Buffer[] {
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

export type GitAnswer<Value> =
  | { readonly state: "answered"; readonly value: Value }
  | Exclude<GitListing, { readonly state: "listed" }>;

/** Which of these folders git ignores, going by rules alone: one with tracked files in it can be among them. */
export async function ignoredByGit(
  folder: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<GitAnswer<ReadonlySet<string>>> {
  const args = ["check-ignore", "--no-index", "-z", "--stdin"];
  const answer = await ask(folder, args, signal, paths.map((name) => `${name}\0`).join(""));
  // Exit code 1: none of them. There may be warnings too.
  if (answer.state === "failed" && answer.exitCode === 1) {
    return { state: "answered", value: new Set() };
  }
  if (answer.state !== "answered") return answer;
  return { state: "answered", value: new Set(splitByNul(answer.value).map(String)) };
}

/**
 * The commit that is checked out in a repository, if nothing in it differs from that: no change, staged or not, no
 * file that is new, no submodule of its own that is elsewhere.
 */
export async function cleanCommit(
  folder: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const question = [
    "status",
    "--porcelain",
    "--untracked-files=normal",
    "--ignore-submodules=none",
  ];
  const status = await ask(folder, question, signal);
  if (status.state !== "answered" || status.value.byteLength > 0) return undefined;
  const head = await ask(folder, ["rev-parse", "--verify", "HEAD"], signal);
  return head.state === "answered" ? head.value.toString("utf8").trim() : undefined;
}

/** Absolute paths of the files of a repository that say which commit is checked out. */
export async function headFiles(folder: string, signal: AbortSignal): Promise<readonly string[]> {
  const question = ["--git-path", "HEAD", "--git-path", "packed-refs", "--git-common-dir"];
  const answer = await ask(
    folder,
    ["rev-parse", ...question, "--symbolic-full-name", "HEAD"],
    signal,
  );
  if (answer.state !== "answered") return [];
  const [head = "", packed = "", common = "", branch = ""] = answer.value
    .toString("utf8")
    .split("\n");
  return [head, packed, path.join(common, branch)].map((file) => path.resolve(folder, file));
}

/** Which of these files the attributes of git declare to be text, whatever is in them. */
export async function textByGit(
  folder: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<GitAnswer<ReadonlySet<string>>> {
  const args = ["check-attr", "-z", "--stdin", "text", "eol"];
  const answer = await ask(folder, args, signal, paths.map((name) => `${name}\0`).join(""));
  if (answer.state !== "answered") return answer;
  const values = splitByNul(answer.value).map(String);
  const attributes = new Map<string, string>();
  for (let at = 0; at + 2 < values.length; at += 3) {
    attributes.set(`${values[at]}\0${values[at + 1]}`, values[at + 2] ?? "");
  }
  const isText = (file: string): boolean => {
    const text = attributes.get(`${file}\0text`);
    // gitattributes(5): an `eol` of a file that says nothing else about text declares it.
    const eol = attributes.get(`${file}\0eol`) ?? "";
    return text === "set" || (text === "unspecified" && ["lf", "crlf"].includes(eol));
  };
  return { state: "answered", value: new Set(paths.filter(isText)) };
}

/** Absolute paths of the files that are no `.gitignore` inside `folder` and yet decide what git lists there. */
export async function listingRules(
  folder: string,
  signal: AbortSignal,
): Promise<GitAnswer<readonly string[]>> {
  const names = ["index", "info/exclude", "info/attributes", "config", "config.worktree"];
  const located = await ask(
    folder,
    ["rev-parse", "--show-toplevel", ...names.flatMap((name) => ["--git-path", name])],
    signal,
  );
  if (located.state !== "answered") return located;
  const [top = folder, ...files] = located.value.toString("utf8").trimEnd().split("\n");
  const configured = await ask(
    folder,
    ["config", "--list", "--show-origin", "--includes", "-z"],
    signal,
  );
  if (configured.state !== "answered") return configured;
  const rules = [...files, ...configFiles(configured.value), ...above(folder, top)];
  return {
    state: "answered",
    value: [...new Set(rules.map((file) => path.resolve(folder, file)))],
  };
}

/** Those that were read, those that would be, and the ignore and attribute files that they name. */
function configFiles(listed: Buffer): readonly string[] {
  const home = process.env["HOME"] ?? "/";
  const settings = process.env["XDG_CONFIG_HOME"] ?? path.join(home, ".config");
  const files = [
    "/etc/gitconfig",
    path.join(home, ".gitconfig"),
    path.join(settings, "git/config"),
    path.join(settings, "git/ignore"),
    path.join(settings, "git/attributes"),
    "/etc/gitattributes",
  ];
  const parts = splitByNul(listed).map(String);
  for (const [at, part] of parts.entries()) {
    if (part.startsWith("file:")) files.push(part.slice("file:".length));
    const [key, value] = part.split("\n", 2);
    if (
      at % 2 === 1 &&
      (key === "core.excludesfile" || key === "core.attributesfile") &&
      value !== undefined
    ) {
      files.push(value.replace(/^~(?=\/)/, home));
    }
  }
  return files;
}

/** Of the folders over `folder`, up to the top of its repository: their ignore and attribute files, and a repository that is nearer. */
function above(folder: string, top: string): readonly string[] {
  const files: string[] = [];
  for (let at = folder; at !== top && at !== path.dirname(at); at = path.dirname(at)) {
    const names = [".gitignore", ".gitattributes"].map((name) => path.join(path.dirname(at), name));
    files.push(...names, path.join(at, ".git"));
  }
  return files;
}

async function ask(
  folder: string,
  args: readonly string[],
  signal: AbortSignal,
  input = "",
): Promise<GitAnswer<Buffer>> {
  try {
    const running = runProgram("git", args, {
      cwd: folder,
      env: gitEnvironment(),
      maxBuffer: largestListingBytes,
      signal,
      timeout: timeoutMs,
    });
    // A git that ends before it has read everything says why itself.
    running.child.stdin?.on("error", () => {}).end(input);
    return { state: "answered", value: (await running).stdout };
  } catch (error) {
    signal.throwIfAborted();
    const output = textOf(error, "stderr").trim();
    if (output.includes("not a git repository")) return { state: "not-a-repository" };
    return { state: "failed", exitCode: exitCodeOf(error), output: output || String(error) };
  }
}
