import type { Dirent } from "node:fs";
import path from "node:path";
import { constants, readdirSync } from "../file-system.ts";
import { isCertain } from "../utf8.ts";
import { makeColumns, sliceColumns } from "./block.ts";
import type { Block, Columns } from "./block.ts";
import { timesOf } from "./folder-times.ts";
import { messageOf } from "./folder-message.ts";
import { isRacy } from "./clock.ts";
import { codeOf, identityOf, lookAt } from "./look.ts";
import type { Looking } from "./look.ts";
import { openRecording, recordFile, recordLink } from "./record.ts";
import type { Recording } from "./record.ts";
import { kind, namesIn, row, splitNames, targetsText, wordOf } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

/** A folder to be read anew. */
export type FolderWork = {
  /** "" is the root. */
  readonly path: string;
  /** The files and links of it that count, with `/` between; `undefined`: all do but those in `leftOut`. */
  readonly listed: string | undefined;
  /** The folders of it that have such files, with `/` between. */
  readonly folders: string;
};

/** What is known of the folder from before. */
export type Before = { readonly snapshot: Snapshot; readonly folder: number };

/** Names that are never looked into where there is no ignore file to ask. */
const leftOut = new Set([".git", ".nx", ".slipway", "dist", "node_modules"]);

/** Reads folders and their files. */
export function openSurvey(
  looking: Looking,
): (work: FolderWork, before: Before | undefined) => ReturnType<typeof surveyFolder> {
  const recording = openRecording(looking);
  return (work, before) => surveyFolder(recording, work, before);
}

/** Reads one folder and its files. `gone`: there is no such folder; `closed`: it may not be read. */
export function surveyFolder(
  recording: Recording,
  work: FolderWork,
  before: Before | undefined,
): Block | "gone" | "closed" {
  const absolute = path.join(recording.root, work.path);
  const stat = lookAt(absolute);
  const identity = identityOf(stat);
  if (stat === "closed") return stat;
  if (identity === "") return "gone";
  const entries = entriesOf(absolute);
  if (entries === undefined) return "closed";
  const columns = makeColumns(entries.length);
  const known = knownOf(before);
  const decide = decider(work);
  const targets: string[] = [];
  const undecided: number[] = [];
  let hasUnlisted = false;
  let isChanged = false;
  let counted = 0;
  for (const [entry, found] of entries.entries()) {
    const at = { columns, entry };
    const what = decide(found);
    columns.modes[entry] = modeOf(found);
    columns.kinds[entry] = typeof what === "string" ? kind.leftOut : what;
    if (typeof what !== "string" && what !== kind.leftOut && !isCertain(found.name)) {
      // Stays as a file that nobody can read, to fail for who needs it.
      columns.kinds[entry] = kind.file;
      isChanged = true;
      continue;
    }
    if (what === "undecided") undecided.push(entry);
    if (what === "unlisted") hasUnlisted = true;
    const old = known(found.name, what);
    if (what === kind.file) {
      isChanged = recordFile(recording, `${absolute}/${found.name}`, at, old) || isChanged;
    }
    if (what === kind.symlink) {
      const target = recordLink(recording, `${absolute}/${found.name}`, at);
      if (target !== undefined) targets.push(target);
      isChanged ||= old === undefined || old.target !== target;
    }
    if (hasContent(columns, entry)) counted += 1;
  }
  const names = entries.map((found) => found.name);
  return {
    path: work.path,
    names: names.join("/"),
    targets: targets.join("\0"),
    ...columns,
    times: timesOf(stat, recording.telling),
    identity,
    isRacy: typeof stat === "string" || isRacy(stat, recording.raceMs),
    undecided,
    hasUnlisted,
    message: undecided.length > 0 ? undefined : messageOf(recording, { names, targets, columns }),
    isChanged: isChanged || counted !== known.counted,
  };
}

function entriesOf(absolute: string): readonly Dirent[] | undefined {
  try {
    return readdirSync(absolute, { withFileTypes: true });
  } catch (error) {
    codeOf(error);
    return undefined;
  }
}

type What = 0 | 1 | 2 | 3 | "undecided" | "unlisted";

/** Of a folder that git did not name only git can say whether a new file in it would count. */
function decider({ listed, folders }: FolderWork): (found: Dirent) => What {
  if (listed === undefined) {
    return (found) => {
      if (leftOut.has(found.name)) return kind.leftOut;
      return found.isDirectory() ? kind.folder : kindOf(found);
    };
  }
  const isListed = orderedLookup(splitNames(listed));
  const inner = new Set(splitNames(folders));
  return (found) => {
    if (found.name === ".git") return kind.leftOut;
    if (found.isDirectory()) return inner.has(found.name) ? kind.folder : "undecided";
    return isListed(found.name) ? kindOf(found) : "unlisted";
  };
}

/** Whether a name is among these. They are asked for in the same order, mostly: no set is made for that. */
function orderedLookup(names: readonly string[]): (name: string) => boolean {
  let next = 0;
  let all: ReadonlySet<string> | undefined;
  return (name) => {
    if (names[next] === name) {
      next += 1;
      return true;
    }
    all ??= new Set(names);
    return all.has(name);
  };
}

function kindOf(found: Dirent): What {
  if (found.isFile()) return kind.file;
  return found.isSymbolicLink() ? kind.symlink : kind.leftOut;
}

/** The type alone: nothing else of what is left out is ever compared. */
function modeOf(found: Dirent): number {
  if (found.isFile()) return constants.S_IFREG;
  if (found.isDirectory()) return constants.S_IFDIR;
  if (found.isSymbolicLink()) return constants.S_IFLNK;
  if (found.isFIFO()) return constants.S_IFIFO;
  if (found.isSocket()) return constants.S_IFSOCK;
  return found.isBlockDevice() ? constants.S_IFBLK : constants.S_IFCHR;
}

/** Folders have none of their own: what is in them counts for itself. */
function hasContent({ kinds }: Columns, entry: number): boolean {
  return kinds[entry] === kind.file || kinds[entry] === kind.symlink;
}

type Known = { readonly columns: Columns; readonly entry: number; readonly target?: string };

/** Finds an entry of before by name, if it was of the same kind. */
function knownOf(before: Before | undefined): ((name: string, what: What) => Known | undefined) & {
  readonly counted: number;
} {
  if (before === undefined) return Object.assign(() => undefined, { counted: 0 });
  const { snapshot, folder } = before;
  const columns = sliceColumns(
    snapshot,
    wordOf(snapshot, folder, row.firstEntry),
    wordOf(snapshot, folder, row.entryCount),
  );
  const targets = targetsText(snapshot, folder).split("\0");
  const entries = new Map<string, Known>();
  let links = 0;
  let counted = 0;
  for (const [entry, name] of namesIn(snapshot, folder).entries()) {
    const isLink = columns.kinds[entry] === kind.symlink;
    entries.set(
      name,
      isLink ? { columns, entry, target: targets[links] ?? "" } : { columns, entry },
    );
    if (isLink) links += 1;
    if (hasContent(columns, entry)) counted += 1;
  }
  const find = (name: string, what: What): Known | undefined => {
    const found = entries.get(name);
    return found !== undefined && columns.kinds[found.entry] === what ? found : undefined;
  };
  return Object.assign(find, { counted });
}
