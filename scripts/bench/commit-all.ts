import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { linesOf } from "./lines.ts";
import { outputOf } from "./processes.ts";
import type { Ground } from "./processes.ts";

const identity = {
  GIT_AUTHOR_NAME: "bench",
  GIT_AUTHOR_EMAIL: "bench@example.invalid",
  GIT_COMMITTER_NAME: "bench",
  GIT_COMMITTER_EMAIL: "bench@example.invalid",
};

/**
 * Makes a folder a git repository with one commit of all that is not ignored: its index and trees, but no blobs. Nothing
 * that races reads those, and a million of them would take minutes.
 */
export async function commitAll(ground: Ground, folder: string): Promise<void> {
  const list = path.join(ground.folder, "commit-list");
  const git = (words: readonly string[], input: object = {}): Promise<string> =>
    outputOf(ground, { words: ["git", ...words], folder, environment: identity, ...input });
  try {
    await git(["init", "--quiet", "--initial-branch=main"]);
    const listed = await git(["ls-files", "--others", "--exclude-standard"]);
    writeFileSync(list, listed);
    const hashes = linesOf(await git(["hash-object", "--stdin-paths"], { input: list }));
    const entries = linesOf(listed).map((file, at) => `100644 ${hashes[at]}\t${file}\n`);
    writeFileSync(list, entries.join(""));
    await git(["update-index", "--index-info"], { input: list });
    const tree = await git(["write-tree", "--missing-ok"]);
    const commit = await git(["commit-tree", "-m", "bench", tree.trim()]);
    await git(["update-ref", "HEAD", commit.trim()]);
    await refreshIndex(ground, folder);
  } finally {
    rmSync(list, { force: true });
  }
}

/** Gives git the stat of every file, so that its next status reads none. */
export async function refreshIndex(ground: Ground, folder: string): Promise<void> {
  await outputOf(ground, { words: ["git", "update-index", "-q", "--refresh"], folder });
}
