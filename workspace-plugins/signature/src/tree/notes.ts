import path from "node:path";
import { canonicalJson } from "../canonical-json.ts";
import { digestOf } from "../digest.ts";
import { statSync } from "../file-system.ts";
import { inheritedByGit } from "../git-environment.ts";
import { isRacy } from "./clock.ts";

/** What a snapshot is of, and what decided which of its names count. */
export type Notes = {
  readonly scheme: "git" | "walk";
  readonly folder: string;
  /** Files outside of what the scan compares, by path, with what tells that one was replaced. */
  readonly marks: Readonly<Record<string, string>>;
  /** The variables that git listens to. */
  readonly settings: string;
  /** The repositories in it, itself as "". */
  readonly repositories: readonly string[];
  readonly texts: Texts;
};

/**
 * Of texts with CR LF, by the hex digest of their bytes: hex digest and size of the same with LF. What is found out is
 * added: it is true of the bytes wherever they lie.
 */
export type Texts = Record<string, readonly [hex: string, sizeBytes: number]>;

/** Whether the same names count as when the notes were taken, as far as what lies outside of the folders can tell. */
export function isHolding(notes: Notes, root: string): boolean {
  if (notes.folder !== root) return false;
  if (notes.scheme === "git" && notes.settings !== gitSettings()) return false;
  return Object.entries(notes.marks).every(([file, mark]) => mark === markOf(file));
}

/** `undefined` for a text that is not one of ours. */
export function parseNotes(text: string): Notes | undefined {
  const value: unknown = JSON.parse(text);
  return isNotes(value) ? value : undefined;
}

function isNotes(value: unknown): value is Notes {
  if (typeof value !== "object" || value === null) return false;
  if (!("scheme" in value && "folder" in value && "marks" in value && "settings" in value)) {
    return false;
  }
  if (!("repositories" in value && "texts" in value)) return false;
  const { scheme, folder, marks, settings, repositories, texts } = value;
  return (
    (scheme === "git" || scheme === "walk") &&
    typeof folder === "string" &&
    typeof settings === "string" &&
    typeof marks === "object" &&
    marks !== null &&
    Object.values(marks).every((mark) => typeof mark === "string") &&
    Array.isArray(repositories) &&
    repositories.every((one) => typeof one === "string") &&
    typeof texts === "object" &&
    texts !== null &&
    Object.values(texts).every(isText)
  );
}

function isText(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const hex: unknown = value[0];
  return typeof hex === "string" && /^[0-9a-f]{64}$/.test(hex) && Number.isSafeInteger(value[1]);
}

/** The marks of files; one that changed at `raceMs` or later could change again unseen and gets a mark that no file has. */
export function marksOf(
  files: readonly string[],
  raceMs: number,
): Readonly<Record<string, string>> {
  return Object.fromEntries(files.map((file) => [file, markOf(file, raceMs)]));
}

function markOf(file: string, raceMs = Infinity): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return "";
  // The folder of a repository changes with every lock in it.
  if (stat.isDirectory()) return `folder ${stat.dev} ${stat.ino}`;
  if (isRacy(stat, raceMs)) return "racy";
  return `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
}

/** Where a repository would appear that a folder lies in. */
export function repositoryMarks(root: string): Readonly<Record<string, string>> {
  return marksOf(
    upwards(root).map((folder) => path.join(folder, ".git")),
    Infinity,
  );
}

/**
 * The same for a folder that git took for none of a repository. Where there is a `.git` all the same it is asked each
 * time: what was wrong with it, or with the variables that it listens to, may be mended with no trace in its stat.
 */
export function noRepositoryMarks(root: string): Readonly<Record<string, string>> {
  const marks = Object.entries(repositoryMarks(root));
  return Object.fromEntries(marks.map(([file, mark]) => [file, mark === "" ? "" : "asked"]));
}

/** A folder and all above it. */
function upwards(folder: string): readonly string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [folder] : [folder, ...upwards(parent)];
}

/** What git reads of the environment: where its files are, and a digest of the rest, which may hold secrets. What only
 * says how it reaches others, who commits, or what it tells, has no part in which names count. */
export function gitSettings(): string {
  const { HOME = "", XDG_CONFIG_HOME = "", ...others } = inheritedByGit();
  const own = Object.entries(others).filter(
    ([name]) => name.startsWith("GIT_") && !telling.test(name),
  );
  const digest = own.length === 0 ? "" : digestOf(canonicalJson(Object.fromEntries(own)));
  return JSON.stringify([HOME, XDG_CONFIG_HOME, digest]);
}

const telling =
  /^GIT_(?:SSL_|HTTP_|SSH|ASKPASS$|TERMINAL_PROMPT$|PROXY_|AUTHOR_|COMMITTER_|EDITOR$|SEQUENCE_EDITOR$|PAGER|TRACE|PROMPT_)/;
