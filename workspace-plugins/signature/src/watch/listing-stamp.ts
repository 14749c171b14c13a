import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { ListingFailure } from "../failure.ts";
import { listingRules } from "../git.ts";
import { fail, ok } from "../result.ts";
import type { Result } from "../result.ts";

/**
 * What decides what is listed and is looked at rather than watched: the rules of git outside of the folders, the
 * file systems mounted in them, and which folder the root is.
 */
export type ListingRules = { readonly isRepository: boolean; readonly files: readonly string[] };

/** For the root, and for the repositories in it. */
export async function findRules(
  root: string,
  repositories: readonly string[],
  signal: AbortSignal,
): Promise<Result<ListingRules, ListingFailure>> {
  const files = new Set<string>();
  let isRepository = true;
  for (const repository of ["", ...repositories]) {
    const folder = path.join(root, repository);
    const found = await listingRules(folder, signal);
    if (found.state === "failed") {
      const { exitCode, output } = found;
      return fail({ reason: "git-failed", folder, exitCode, output });
    }
    if (found.state === "answered") for (const file of found.value) files.add(file);
    else if (repository === "") isRepository = false;
  }
  if (!isRepository) for (const folder of upwards(root)) files.add(path.join(folder, ".git"));
  return ok({ isRepository, files: [...files] });
}

/** Equal texts: the rules are as they were, by the stat of each. */
export function stampOf(root: string, rules: ListingRules): string {
  return [root, ...rules.files].map(look).concat(mountsIn(root)).join("\n");
}

function look(file: string): string {
  try {
    const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return "none";
    // A .git in a folder changes with each command of git; that it is there is what counts.
    if (stat.isDirectory()) return `folder ${stat.dev}:${stat.ino}`;
    return `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
  } catch (error) {
    if (error instanceof Error && "code" in error) return String(error.code);
    throw error;
  }
}

/** A mount hides a folder and tells nobody. */
function mountsIn(root: string): readonly string[] {
  try {
    const lines = readFileSync("/proc/self/mountinfo", "latin1").split("\n");
    // Octal escapes stand for spaces and the like; a root with such a name is compared by what is before them.
    const [start = root] = root.split(/[\s\\]/, 1);
    return lines.filter((line) => line.split(" ", 5)[4]?.startsWith(start));
  } catch (error) {
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}

function upwards(folder: string): readonly string[] {
  const folders = [folder];
  for (let at = folder; at !== path.dirname(at);) folders.push((at = path.dirname(at)));
  return folders;
}
