import { isCertain } from "../utf8.ts";
import { identityOf, lookAt } from "./look.ts";
import { splitNames } from "./snapshot.ts";
import type { FolderWork } from "./survey-folder.ts";

/** The names of a folder that count, as git has them; `runs` are files, with `/` between. */
type Listed = { readonly runs: string[]; readonly folders: Set<string> };

/** What git listed, by folder, and which folders were given out to be read. */
export class GitListings {
  readonly #root: string;
  readonly #folders = new Map<string, Listed>();
  /** Repositories that are none of git's submodules. */
  readonly #others = new Set<string>();
  readonly #begun = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Takes what git printed in the folder `below`, and returns the folders that were given out and have more names now. */
  add(below: string, output: Buffer): ReadonlySet<string> {
    // Also where nothing is listed, something may come.
    this.#at(below);
    const grown = new Set<string>();
    for (let start = 0; start < output.byteLength;) {
      const run = runAt(output, start);
      start = run.end;
      const at = [below, run.folder].filter((part) => part !== "").join("/");
      this.#at(at).runs.push(run.names);
      this.#addGrown(grown, at);
      if (run.isOther) this.#others.add(childOf(at, run.names));
    }
    return grown;
  }

  /**
   * Work for `from` and the folders below that were not given out and are folders on disk: what was tracked below one
   * that became a link is not. What is in one whose name is not certain stands as that name.
   */
  begin(from: string): readonly FolderWork[] {
    const works: FolderWork[] = [];
    const waiting = [from];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const folder = this.#folders.get(at);
      if (folder === undefined || this.#begun.has(at)) continue;
      if (!isCertain(at) || identityOf(lookAt(`${this.#root}/${at}`)) === "") continue;
      this.#begun.add(at);
      works.push(workOf(at, folder));
      for (const name of folder.folders) waiting.push(childOf(at, name));
    }
    return works;
  }

  /** Work for a folder once more, and for what is below and was not given out. */
  beginAgain(at: string): readonly FolderWork[] {
    const folder = this.#folders.get(at);
    if (folder === undefined) return [];
    const below = [...folder.folders].flatMap((name) => this.begin(childOf(at, name)));
    return [workOf(at, folder), ...below];
  }

  hasFolder(at: string): boolean {
    return this.#folders.has(at);
  }

  /** What git lists in a folder as one name each, whatever it is on disk. */
  filesIn(folder: string): ReadonlySet<string> {
    return new Set(this.#folders.get(folder)?.runs.flatMap(splitNames));
  }

  isOther(at: string): boolean {
    return this.#others.has(at);
  }

  #at(at: string): Listed {
    const known = this.#folders.get(at);
    if (known !== undefined) return known;
    const made: Listed = { runs: [], folders: new Set() };
    this.#folders.set(at, made);
    if (at !== "") this.#at(parentOf(at)).folders.add(nameOf(at));
    return made;
  }

  #addGrown(grown: Set<string>, folder: string): void {
    if (this.#begun.size === 0) return;
    let at = folder;
    while (at !== "" && !this.#begun.has(at)) at = parentOf(at);
    grown.add(at);
  }
}

/** Paths that follow each other and are in one folder. */
type Run = {
  readonly folder: string;
  /** With `/` between. */
  readonly names: string;
  /** It is one name, of another repository: git prints a slash at its end. */
  readonly isOther: boolean;
  /** Where the next one begins. */
  readonly end: number;
};

const nul = 0x00;
const slash = 0x2f;

/** Taken as a whole: a text for each path would cost more than all else that is done with it. */
function runAt(output: Buffer, start: number): Run {
  const firstEnd = output.indexOf(nul, start);
  const isOther = output[firstEnd - 1] === slash;
  const lastSlash = output.lastIndexOf(slash, firstEnd - (isOther ? 2 : 1));
  const prefixBytes = Math.max(0, lastSlash + 1 - start);
  const prefix = output.toString("utf8", start, start + prefixBytes);
  const folder = prefix.slice(0, -1);
  if (isOther) {
    const names = output.toString("utf8", start + prefixBytes, firstEnd - 1);
    return { folder, names, isOther, end: firstEnd + 1 };
  }
  const end = endOfRun(output, { start, prefixBytes, firstEnd });
  const names = output.toString("utf8", start + prefixBytes, end - 1);
  return { folder, names: names.replaceAll(`\0${prefix}`, "/"), isOther, end };
}

/** One loop over all bytes: a call for each path takes three times as long. */
function endOfRun(
  output: Uint8Array,
  run: { readonly start: number; readonly prefixBytes: number; readonly firstEnd: number },
): number {
  const { start, prefixBytes, firstEnd } = run;
  const size = output.length;
  for (let end = firstEnd + 1; ;) {
    let same = 0;
    while (same < prefixBytes && end + same < size && output[end + same] === output[start + same]) {
      same += 1;
    }
    if (same < prefixBytes) return end;
    let at = end + prefixBytes;
    while (at < size && output[at] !== nul && output[at] !== slash) at += 1;
    if (at >= size || output[at] === slash) return end;
    end = at + 1;
  }
}

function workOf(at: string, { runs, folders }: Listed): FolderWork {
  return { path: at, listed: runs.join("/"), folders: [...folders].join("/") };
}

function childOf(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

function parentOf(at: string): string {
  return at.slice(0, Math.max(0, at.lastIndexOf("/")));
}

function nameOf(at: string): string {
  return at.slice(at.lastIndexOf("/") + 1);
}
