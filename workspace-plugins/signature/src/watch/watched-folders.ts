import { readdirSync } from "node:fs";
import type { Dirent } from "node:fs";
import path from "node:path";
import type { ListingFailure } from "../failure.ts";
import { ignoredByGit } from "../git.ts";
import { notWalked } from "../listing.ts";
import { fail, ok } from "../result.ts";
import type { Result } from "../result.ts";
import type { FolderEvents } from "./folder-events.ts";

export type WatchedFolders = {
  /** Relative to the root, with slashes. */
  readonly folders: ReadonlySet<string>;
  /** Those among them, but the root, that hold a repository of their own. */
  readonly repositories: readonly string[];
  /** False: the system had no room for all. */
  readonly isComplete: boolean;
};

/**
 * Watches each folder that can hold a listed file, before it is read:
 * all but those that git ignores; in no repository, all that a listing walks.
 */
export async function watchFolders(
  root: string,
  options: {
    readonly events: FolderEvents;
    readonly isRepository: boolean;
    readonly signal: AbortSignal;
  },
): Promise<Result<WatchedFolders, ListingFailure>> {
  const { events, isRepository, signal } = options;
  const folders = new Set<string>();
  const repositories: string[] = [];
  let isComplete = true;
  // Folders of one depth, by the repository that they are in.
  let level: Level = new Map([["", [""]]]);
  while (level.size > 0) {
    const next = new Map<string, string[]>();
    for (const [repository, paths] of level) {
      for (const folder of paths) {
        const watching = events.watch(folder);
        if (watching === "gone") continue;
        if (watching === "refused") isComplete = false;
        folders.add(folder);
        const { subfolders, holdsRepository } = look(root, folder, isRepository);
        const isNested = isRepository && holdsRepository && folder !== "";
        if (isNested) repositories.push(folder);
        const owner = isNested ? folder : repository;
        const waiting = next.get(owner);
        if (waiting === undefined) next.set(owner, [...subfolders]);
        else waiting.push(...subfolders);
      }
    }
    const wanted = isRepository ? await withoutIgnored(root, next, signal) : ok(next);
    if (!wanted.ok) return wanted;
    level = wanted.value;
  }
  return ok({ folders, repositories, isComplete });
}

type Level = ReadonlyMap<string, readonly string[]>;

type Look = { readonly subfolders: readonly string[]; readonly holdsRepository: boolean };

function look(root: string, folder: string, isRepository: boolean): Look {
  const entries = entriesOf(path.join(root, folder));
  const isWanted = (name: string) =>
    isRepository
      ? name !== ".git" && !(folder === "" && name === ".slipway")
      : !notWalked.has(name);
  const subfolders = entries
    .filter((entry) => entry.isDirectory() && isWanted(entry.name))
    .map(({ name }) => (folder === "" ? name : `${folder}/${name}`));
  return { subfolders, holdsRepository: entries.some(({ name }) => name === ".git") };
}

/** None where the folder has gone meanwhile, or may not be read: then nothing in it is listed either. */
function entriesOf(absolute: string): readonly Dirent[] {
  try {
    return readdirSync(absolute, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}

async function withoutIgnored(
  root: string,
  level: Level,
  signal: AbortSignal,
): Promise<Result<Level, ListingFailure>> {
  const kept = new Map<string, readonly string[]>();
  for (const [repository, paths] of level) {
    if (paths.length === 0) continue;
    const start = repository === "" ? 0 : repository.length + 1;
    const folder = path.join(root, repository);
    const asked = await ignoredByGit(
      folder,
      paths.map((name) => name.slice(start)),
      signal,
    );
    if (asked.state === "failed") {
      const { exitCode, output } = asked;
      return fail({ reason: "git-failed", folder, exitCode, output });
    }
    const ignored = asked.state === "answered" ? asked.value : new Set<string>();
    kept.set(
      repository,
      paths.filter((name) => !ignored.has(name.slice(start))),
    );
  }
  return ok(kept);
}
