import path from "node:path";
import type { ListingFailure } from "../failure.ts";
import { existsSync, readdirSync } from "../file-system.ts";
import { headFiles, ignoredByGit, listByGit, listingRules, untrackedByGit } from "../git.ts";
import type { GitListing } from "../git.ts";
import { fail, ok } from "../result.ts";
import type { Result } from "../result.ts";
import type { Block } from "./block.ts";
import { GitListings } from "./git-listings.ts";
import type { Names } from "./names.ts";
import { gitSettings, marksOf, repositoryMarks } from "./notes.ts";
import type { Notes } from "./notes.ts";
import { kind, splitNames } from "./snapshot.ts";
import { recordSubmodule } from "./record-submodule.ts";
import type { FolderWork } from "./survey-folder.ts";

type Asking = {
  readonly raceMs: number;
  /** Whether `notes` will be asked for. */
  readonly isNoted: boolean;
  readonly signal: AbortSignal;
};

type Begun<Value> = Promise<Result<Value, ListingFailure>>;

/**
 * Which names count where git knows: tracked ones and untracked ones that are not ignored, those of nested repositories
 * too. `undefined`: `root` lies in no repository.
 */
export async function gitNames(
  root: string,
  asking: Asking,
  tracked: Promise<GitListing>,
): Begun<Names | undefined> {
  const names = new GitNames(root, asking);
  const begun = await names.begin(tracked);
  return begun.ok && begun.value === "none" ? ok(undefined) : begun.ok ? ok(names) : begun;
}

class GitNames implements Names {
  readonly scheme = "git";
  readonly #root: string;
  readonly #asking: Asking;
  readonly #listings: GitListings;
  readonly #repositories: string[] = [""];
  /** Files that decide, asked for while folders are read. */
  readonly #deciding: Promise<readonly string[]>[] = [];
  #untracked: Promise<GitListing> | undefined;
  #isComplete = false;
  #works: readonly FolderWork[] = [];

  constructor(root: string, asking: Asking) {
    this.#root = root;
    this.#asking = asking;
    this.#listings = new GitListings(root);
  }

  get works(): readonly FolderWork[] {
    return this.#works;
  }

  async begin(asked: Promise<GitListing>): Begun<"begun" | "none"> {
    this.#noteRules("");
    const tracked = await asked;
    if (tracked.state === "not-a-repository") return ok("none");
    if (tracked.state === "failed") return fail(failureOf(this.#root, tracked));
    this.#listings.add("", tracked.output);
    this.#works = this.#listings.begin("");
    if (this.#hasUntrackedAtTop()) void this.#askUntracked();
    return ok("begun");
  }

  /** Looking for untracked files takes time: where something at the top is not tracked it is begun at once. */
  #hasUntrackedAtTop(): boolean {
    const files = this.#listings.filesIn("");
    const isTracked = (name: string): boolean =>
      name === ".git" || files.has(name) || this.#listings.hasFolder(name);
    return !readdirSync(this.#root).every(isTracked);
  }

  #askUntracked(): Promise<GitListing> {
    this.#untracked ??= quietly(untrackedByGit(this.#root, this.#asking.signal));
    return this.#untracked;
  }

  async next(blocks: readonly Block[]): Begun<readonly FolderWork[]> {
    const again = await this.#complete(blocks);
    if (!again.ok) return again;
    const works = [...again.value];
    const anew = new Set(works.map((work) => work.path));
    const rest = blocks.filter((block) => !anew.has(block.path));
    for (const block of rest) {
      const nested = await this.#addNested(block);
      if (!nested.ok) return nested;
      works.push(...nested.value);
    }
    for (const found of await this.#decide(rest)) {
      works.push({ path: found, listed: "", folders: "" });
    }
    return ok(works);
  }

  /** Where a name was met that is not tracked: untracked files, and the folders that they are in once more. */
  async #complete(blocks: readonly Block[]): Begun<readonly FolderWork[]> {
    const isMissed = blocks.some((block) => block.hasUnlisted || block.undecided.length > 0);
    if (this.#isComplete || !isMissed) return ok([]);
    this.#isComplete = true;
    const untracked = await this.#askUntracked();
    if (untracked.state !== "listed") return fail(failureOf(this.#root, untracked));
    const grown = this.#listings.add("", untracked.output);
    return ok([...grown].flatMap((folder) => this.#listings.beginAgain(folder)));
  }

  /** Other repositories: folders on disk that git lists as one name. */
  async #addNested(block: Block): Begun<readonly FolderWork[]> {
    if (block.undecided.length === 0) return ok([]);
    const works: FolderWork[] = [];
    const files = this.#listings.filesIn(block.path);
    for (const { entry, path: at } of undecidedIn(block)) {
      const folder = path.join(this.#root, at);
      if (!files.has(path.basename(at)) || !existsSync(path.join(folder, ".git"))) continue;
      const listed = await this.#listNested(at);
      if (!listed.ok) return listed;
      if (!listed.value) continue;
      block.kinds[entry] = kind.folder;
      if (!this.#listings.isOther(at)) await this.#addSubmodule(block, entry, folder);
      works.push(...this.#listings.begin(at));
    }
    return ok(works);
  }

  async #listNested(at: string): Begun<boolean> {
    const folder = path.join(this.#root, at);
    this.#noteRules(at);
    const listed = await listByGit(folder, this.#asking.signal);
    if (listed.state === "not-a-repository") return ok(false);
    if (listed.state === "failed") return fail(failureOf(folder, listed));
    this.#repositories.push(at);
    this.#listings.add(at, listed.output);
    return ok(true);
  }

  async #addSubmodule(block: Block, entry: number, folder: string): Promise<void> {
    const { isNoted, signal } = this.#asking;
    if (isNoted) this.#deciding.push(quietly(headFiles(folder, signal)));
    await recordSubmodule(block, entry, { folder, signal });
  }

  /**
   * Of the folders without a file that counts those that are not ignored: a file that is made there later would. git is
   * asked in the repository that each lies in; where it will not say, a folder is looked into.
   */
  async #decide(blocks: readonly Block[]): Promise<readonly string[]> {
    const innermost = this.#repositories.toSorted((a, b) => b.length - a.length);
    const groups = Map.groupBy(
      blocks.flatMap(undecidedIn),
      ({ path: at }) => innermost.find((one) => one === "" || at.startsWith(`${one}/`)) ?? "",
    );
    const decided: string[] = [];
    for (const [repository, group] of groups) {
      const start = repository === "" ? 0 : repository.length + 1;
      const folder = path.join(this.#root, repository);
      const paths = group.map(({ path: at }) => at.slice(start));
      const answer = await ignoredByGit(folder, paths, this.#asking.signal);
      const ignored = answer.state === "answered" ? answer.value : new Set<string>();
      for (const { block, entry, path: at } of group) {
        if (ignored.has(at.slice(start))) continue;
        block.kinds[entry] = kind.folder;
        decided.push(at);
      }
    }
    return decided;
  }

  #noteRules(at: string): void {
    const { isNoted, signal } = this.#asking;
    if (!isNoted) return;
    const rules = async (): Promise<readonly string[]> => {
      const answer = await listingRules(path.join(this.#root, at), signal);
      return answer.state === "answered" ? answer.value : [];
    };
    this.#deciding.push(quietly(rules()));
  }

  async notes(): Promise<Notes> {
    const files = (await Promise.all(this.#deciding)).flat();
    return {
      scheme: this.scheme,
      folder: this.#root,
      marks: { ...repositoryMarks(this.#root), ...marksOf(files, this.#asking.raceMs) },
      settings: gitSettings(),
      repositories: this.#repositories,
      texts: {},
    };
  }
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

type Undecided = { readonly block: Block; readonly entry: number; readonly path: string };

function undecidedIn(block: Block): readonly Undecided[] {
  if (block.undecided.length === 0) return [];
  const names = splitNames(block.names);
  const prefix = block.path === "" ? "" : `${block.path}/`;
  return block.undecided
    .filter((entry) => block.kinds[entry] === kind.leftOut)
    .map((entry) => ({ block, entry, path: prefix + (names[entry] ?? "") }));
}
