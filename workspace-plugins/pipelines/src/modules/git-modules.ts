import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { runProgram } from "@slipway/signature/program";
import type { Address } from "./address.ts";
import { placeText } from "./address.ts";
import type { RefusedFile } from "./archive.ts";
import type { ModulesFailure } from "./failure.ts";
import { filesProblem, isModulePath, moduleLimits } from "./module-files.ts";
import type { FilesProblem, ModuleFile } from "./module-files.ts";

export type GitAddress = Extract<Address, { readonly kind: "git" }>;

export type FetchedModule = { readonly commit: string; readonly files: readonly ModuleFile[] };

/** For a fetch: what is larger than this takes is no module. */
const limitMs = 5 * 60_000;

/** Of no repository: a hook points these at its own. Nobody is asked for a password, and no transport but these is run. */
const variables = {
  GIT_TERMINAL_PROMPT: "0",
  GIT_ALLOW_PROTOCOL: "https:ssh:file",
  GIT_ASKPASS: "true",
  LC_ALL: "C",
};
const foreignVariables =
  /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|PREFIX|COMMON_DIR|NAMESPACE|(?:ALTERNATE_)?OBJECT_DIRECTOR(?:Y|IES))$/;

/**
 * The files of a folder at a ref, with its commit. Nothing is checked out: the objects themselves are read, so that no
 * filter, hook, attribute or submodule of the repository has a say.
 */
export async function fetchGitModule(
  address: GitAddress,
  { commit: wanted, signal }: { readonly commit: string | undefined; readonly signal: AbortSignal },
): Promise<Result<FetchedModule, ModulesFailure>> {
  const place = placeText(address);
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-git-"));
  try {
    const git = openGit(folder, signal);
    const refs = wanted === undefined ? [address.ref] : [wanted, address.ref];
    await git(["init", "--quiet", "--bare"]);
    await fetchFirst(git, address.url, refs);
    const commit = (await git(["rev-parse", "--verify", "FETCH_HEAD^{commit}"])).toString().trim();
    if (wanted !== undefined && commit !== wanted) {
      return fail({ reason: "module-commit-gone", place, locked: wanted, actual: commit });
    }
    const files = await readTree(git, `${commit}:${address.folder}`);
    return files.ok
      ? ok({ commit, files: files.value })
      : fail({ reason: "module-files-refused", module: place, ...files.failure });
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return signal.aborted
      ? fail({ reason: "modules-stopped" })
      : fail({ reason: "module-git-failed", place, said: error.message });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Nothing is read of what cannot be a module. */
async function readTree(
  git: Git,
  tree: string,
): Promise<Result<readonly ModuleFile[], RefusedFile>> {
  const entries = entriesIn(await git(["ls-tree", "-r", "-z", "-l", tree]));
  for (const { path: name, problem } of entries) {
    if (problem !== undefined) return fail({ path: name, problem });
  }
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (size > moduleLimits.bytes) return fail({ path: tree, problem: "too-large" });
  if (entries.length > moduleLimits.files) return fail({ path: tree, problem: "too-many" });
  const objects = entries.map(({ object }) => `${object}\n`).join("");
  const files = filesOf(entries, await git(["cat-file", "--batch"], objects));
  const problem = filesProblem(files);
  return problem === undefined ? ok(files) : fail(problem);
}

/** Not every server gives a commit by its name: the ref may still be at it. */
async function fetchFirst(git: Git, url: string, refs: readonly string[]): Promise<void> {
  for (const [at, ref] of refs.entries()) {
    try {
      await git(["fetch", "--quiet", "--depth=1", "--no-tags", "--", url, ref]);
      return;
    } catch (error) {
      if (!(error instanceof GitError) || at === refs.length - 1) throw error;
    }
  }
}

class GitError extends Error {}

type Git = (args: readonly string[], input?: string) => Promise<Buffer>;

function openGit(cwd: string, signal: AbortSignal): Git {
  const inherited = Object.entries(process.env).filter(([name]) => !foreignVariables.test(name));
  const env = { ...Object.fromEntries(inherited), ...variables };
  return async (args, input = "") => {
    const maxBuffer = moduleLimits.bytes + moduleLimits.files * 256;
    try {
      const running = runProgram("git", args, { cwd, env, signal, timeout: limitMs, maxBuffer });
      running.child.stdin?.on("error", () => {
        // It ended before it had read all: what it ended with tells more.
      });
      running.child.stdin?.end(input);
      return (await running).stdout;
    } catch (error) {
      throw new GitError(saidBy(error), { cause: error });
    }
  };
}

function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("killed" in error && error.killed === true) return `no end after ${limitMs / 1000} s`;
  const said = "stderr" in error && Buffer.isBuffer(error.stderr) ? error.stderr.toString() : "";
  return said.trim() === "" ? error.message : said.trim();
}

type TreeEntry = {
  readonly path: string;
  readonly object: string;
  readonly size: number;
  readonly isExecutable: boolean;
  readonly problem: FilesProblem | undefined;
};

/** Of `ls-tree -r -z -l`: mode, kind, object and size, a tab, the path. */
function entriesIn(listed: Buffer): readonly TreeEntry[] {
  return listed
    .toString("utf8")
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => {
      const tab = line.indexOf("\t");
      const [mode = "", , object = "", size = ""] = line.slice(0, tab).split(/ +/);
      const name = line.slice(tab + 1);
      const isFile = mode === "100644" || mode === "100755";
      const problem = isModulePath(name) ? undefined : "path-odd";
      return {
        path: name,
        object,
        size: isFile ? Number(size) : 0,
        isExecutable: mode === "100755",
        problem: isFile ? problem : "not-a-file",
      };
    });
}

/** Of `cat-file --batch`: object, kind and size, a line feed, the bytes, a line feed. */
function filesOf(entries: readonly TreeEntry[], batch: Buffer): readonly ModuleFile[] {
  let at = 0;
  return entries.map(({ path: name, object, size, isExecutable }) => {
    const head = `${object} blob ${size}\n`;
    const from = at + head.length;
    if (!isModulePath(name) || batch.subarray(at, from).toString("latin1") !== head) {
      throw new GitError(`git did not give ${name}`);
    }
    at = from + size + 1;
    return { path: name, isExecutable, bytes: batch.subarray(from, from + size) };
  });
}
