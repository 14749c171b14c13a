import { isUtf8 } from "node:buffer";
import { existsSync } from "node:fs";
import path from "node:path";
import type { ListingFailure } from "../failure.ts";
import { headFiles, ignoredByGit, listByGit, listingRules, splitByNul } from "../git.ts";
import type { GitListing } from "../git.ts";
import { fail, ok } from "../result.ts";
import type { Result } from "../result.ts";
import type { Block } from "./block.ts";
import { identityOf, lookAt } from "./look.ts";
import type { Names } from "./names.ts";
import { gitSettings, marksOf, repositoryMarks } from "./notes.ts";
import { kind, splitNames } from "./snapshot.ts";
import { recordSubmodule } from "./submodules.ts";
import type { FolderWork } from "./survey-folder.ts";

/** The files and the folders of a folder that count. */
type Folder = { readonly files: string[]; readonly folders: Set<string> };

/**
 * Which names count where git knows: tracked ones and untracked ones that are not ignored, those of nested repositories
 * too. `undefined`: `root` lies in no repository.
 */
export async function gitNames(
  root: string,
  {
    raceMs,
    isNoted,
    signal,
  }: {
    readonly raceMs: number;
    /** Whether `notes` will be asked for. */
    readonly isNoted: boolean;
    readonly signal: AbortSignal;
  },
): Promise<Result<Names | undefined, ListingFailure>> {
  const rules: ReturnType<typeof listingRules>[] = [];
  const folders = new Map<string, Folder>();
  const repositories: string[] = [];
  const heads: Promise<readonly string[]>[] = [];
  const others = new Set<string>();
  const list = async (below: string): Promise<Result<"listed" | "none", ListingFailure>> => {
    const folder = path.join(root, below);
    if (isNoted) rules.push(quietly(listingRules(folder, signal)));
    const found = await listByGit(folder, signal);
    if (found.state === "not-a-repository") return ok("none");
    if (found.state === "failed") return fail(failureOf(folder, found));
    repositories.push(below);
    return addListing(folders, { folder, below, output: found.output, others });
  };
  /** Repositories that lie in this one, and in those. */
  const nest = async (candidates: readonly string[]): Promise<Result<"listed", ListingFailure>> => {
    for (const below of candidates) {
      if (!existsSync(path.join(root, below, ".git"))) continue;
      const listed = await list(below);
      if (!listed.ok) return listed;
    }
    return ok("listed");
  };
  const listed = await list("");
  if (!listed.ok || listed.value === "none") return listed.ok ? ok(undefined) : listed;
  const begun = new Set<string>();
  const reach = (from: string): readonly FolderWork[] => reachable(root, folders, from, begun);
  return ok({
    works: reach(""),
    next: async (blocks) => {
      const works: FolderWork[] = [];
      for (const block of blocks) {
        const nested = nestedIn(block, folders);
        const done = await nest(nested.map((found) => found.path));
        if (!done.ok) return done;
        for (const found of nested) {
          if (!folders.has(found.path)) continue;
          block.kinds[found.entry] = kind.folder;
          if (!others.has(found.path)) {
            const folder = path.join(root, found.path);
            if (isNoted) heads.push(quietly(headFiles(folder, signal)));
            await recordSubmodule(block, found.entry, { folder, signal });
          }
          works.push(...reach(found.path));
        }
      }
      const decided = await decideUndecided(root, { blocks, repositories, signal });
      for (const found of decided) works.push({ path: found, listed: "", folders: "" });
      return ok(works);
    },
    notes: async () => {
      const files = (await Promise.all(rules)).flatMap((rule) =>
        rule.state === "answered" ? rule.value : [],
      );
      const all = [...files, ...(await Promise.all(heads)).flat()];
      const marks = { ...repositoryMarks(root), ...marksOf(all, raceMs) };
      const settings = gitSettings();
      return { scheme: "git", folder: root, marks, settings, repositories, texts: {} };
    },
  });
}

/** Whoever stops before asking for the answer is not told of an error in it. */
function quietly<Value>(asked: Promise<Value>): Promise<Value> {
  asked.catch(() => {});
  return asked;
}

function failureOf(folder: string, found: GitListing): ListingFailure {
  const exitCode = found.state === "failed" ? found.exitCode : undefined;
  const output = found.state === "failed" ? found.output : found.state;
  return { reason: "git-failed", folder, exitCode, output };
}

/** Sorts what git printed by folder. */
function addListing(
  folders: Map<string, Folder>,
  from: {
    readonly folder: string;
    readonly below: string;
    readonly output: Buffer;
    /** Takes the repositories that are none of git's submodules. */
    readonly others: Set<string>;
  },
): Result<"listed", ListingFailure> {
  const { folder, below, output, others } = from;
  if (!isUtf8(output)) {
    const bad = splitByNul(output).find((listed) => !isUtf8(listed)) ?? Buffer.alloc(0);
    return fail({ reason: "path-not-utf8", folder, path: bad.toString("utf8") });
  }
  const prefix = below === "" ? "" : `${below}/`;
  const text = output.toString("utf8");
  let parent = "";
  let { files } = folderAt(folders, below);
  let start = 0;
  for (let nul = text.indexOf("\0"); nul !== -1; nul = text.indexOf("\0", start)) {
    // Another repository is listed with a slash at its end.
    const end = text[nul - 1] === "/" ? nul - 1 : nul;
    const slash = Math.max(start - 1, text.lastIndexOf("/", end - 1));
    const above = text.slice(start, Math.max(start, slash));
    if (above !== parent) ({ files } = folderAt(folders, joined(prefix, above, below)));
    parent = above;
    files.push(text.slice(slash + 1, end));
    if (end < nul) others.add(prefix + text.slice(start, end));
    start = nul + 1;
  }
  return ok("listed");
}

function joined(prefix: string, above: string, below: string): string {
  return above === "" ? below : prefix + above;
}

function folderAt(folders: Map<string, Folder>, at: string): Folder {
  const known = folders.get(at);
  if (known !== undefined) return known;
  const made: Folder = { files: [], folders: new Set() };
  folders.set(at, made);
  if (at !== "") folderAt(folders, parentOf(at)).folders.add(nameOf(at));
  return made;
}

function parentOf(at: string): string {
  return at.slice(0, Math.max(0, at.lastIndexOf("/")));
}

function nameOf(at: string): string {
  return at.slice(at.lastIndexOf("/") + 1);
}

/** Work for the folders at and below `from` that are folders on disk: what was tracked below one that became a link is not. */
function reachable(
  root: string,
  folders: ReadonlyMap<string, Folder>,
  from: string,
  begun: Set<string>,
): readonly FolderWork[] {
  const works: FolderWork[] = [];
  const waiting = [from];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const folder = folders.get(at);
    if (folder === undefined || begun.has(at)) continue;
    if (identityOf(lookAt(path.join(root, at))) === "") continue;
    begun.add(at);
    works.push({
      path: at,
      listed: folder.files.join("/"),
      folders: [...folder.folders].join("/"),
    });
    for (const name of folder.folders) waiting.push(at === "" ? name : `${at}/${name}`);
  }
  return works;
}

type Undecided = { readonly block: Block; readonly entry: number; readonly path: string };

function undecidedIn(block: Block): readonly Undecided[] {
  if (block.undecided.length === 0) return [];
  const names = splitNames(block.names);
  const prefix = block.path === "" ? "" : `${block.path}/`;
  return block.undecided
    .filter((entry) => block.kinds[entry] === kind.leftOut)
    .map((entry) => ({ block, entry, path: prefix + (names[entry] ?? "") }));
}

/** Folders on disk that git lists as one name: other repositories. */
function nestedIn(block: Block, folders: ReadonlyMap<string, Folder>): readonly Undecided[] {
  const undecided = undecidedIn(block);
  if (undecided.length === 0) return [];
  const files = new Set(folders.get(block.path)?.files);
  return undecided.filter((found) => files.has(nameOf(found.path)));
}

/**
 * Of the folders without a file that counts those that are not ignored: a file that is made there later would. git is
 * asked in the repository that each lies in; where it will not say, a folder is looked into.
 */
async function decideUndecided(
  root: string,
  asked: {
    readonly blocks: readonly Block[];
    readonly repositories: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<readonly string[]> {
  const undecided = asked.blocks.flatMap(undecidedIn);
  const innermost = asked.repositories.toSorted((a, b) => b.length - a.length);
  const byRepository = Map.groupBy(undecided, ({ path: at }) =>
    innermost.find((repository) => repository === "" || at.startsWith(`${repository}/`)),
  );
  const decided: string[] = [];
  for (const [repository = "", group] of byRepository) {
    const start = repository === "" ? 0 : repository.length + 1;
    const paths = group.map(({ path: at }) => at.slice(start));
    const answer = await ignoredByGit(path.join(root, repository), paths, asked.signal);
    const ignored = answer.state === "answered" ? answer.value : new Set<string>();
    for (const { block, entry, path: at } of group) {
      if (ignored.has(at.slice(start))) continue;
      block.kinds[entry] = kind.folder;
      decided.push(at);
    }
  }
  return decided;
}
