import { lstat } from "node:fs/promises";
import path from "node:path";
import { fail, ok, readTextIfPresent } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { namesUnder } from "../discovery.ts";
import type { PackagesCause, PackagesFailure } from "../failure.ts";
import { hasCode } from "@slipway/signature/read-text";
import { ignoreRules, ignoredAbove } from "../ignore.ts";
import type { Ignores } from "../ignore.ts";
import { includePattern } from "../include.ts";
import { isObject } from "../struct-json.ts";
import { openManifest, saveManifest } from "./manifest-file.ts";
import type { ManifestFile, Place } from "./manifest-file.ts";

type Edited = Result<Outcome<PackagesCause>, PackagesFailure>;

export type AddFiles = {
  /** Names and patterns as they are typed, from the folder of the place. */
  readonly words: readonly string[];
  /** Lists what is ignored too; packed it is not, as long as it is ignored. */
  readonly isForced: boolean;
};

/** Puts files and patterns on the manifest's list, from its own folder. */
export async function addFiles(place: Place, { words, isForced }: AddFiles): Promise<Edited> {
  const opened = await openManifest(place);
  if (!opened.ok) return opened;
  const { manifest, file } = opened.value;
  const listed = listOf(opened.value);
  if (listed === "auto") return fail({ reason: "include-is-auto", file });
  const root = path.dirname(file);
  const ignoreFile = (await readTextIfPresent(path.join(root, ".aigogoignore"))) ?? "";
  const ignores = ignoreRules(manifest.files?.exclude ?? [], ignoreFile);
  const added = new Set<string>();
  const skipped: string[] = [];
  for (const word of words) {
    const entry = await entryOf(root, path.resolve(place.folder, word), word, ignores);
    if (!entry.ok) return entry;
    const { pattern, ignored } = entry.value;
    if (listed.includes(pattern)) skipped.push(`${word} (already in include list)`);
    else if (ignored !== undefined && !isForced) skipped.push(`${word} (ignored by ${ignored})`);
    else added.add(pattern);
  }
  const saved = await saveInclude(opened.value, [...listed, ...added]);
  if (!saved.ok) return saved;
  const facts = { added: [...added].join("\n"), skipped: skipped.join("\n"), manifest: file };
  return ok(
    saved.value === "written"
      ? { state: "done", cause: "files-listed", facts }
      : { state: "unchanged", cause: "no-new-files", facts },
  );
}

/** Takes entries from the list, by what stands there or by the name of a file. */
export async function removeFiles(place: Place, words: readonly string[]): Promise<Edited> {
  const opened = await openManifest(place);
  if (!opened.ok) return opened;
  const { file } = opened.value;
  const listed = listOf(opened.value);
  if (listed === "auto") return fail({ reason: "include-is-auto", file });
  const root = path.dirname(file);
  const meant = new Set(
    words.flatMap((word) => [word, inside(root, path.resolve(place.folder, word)) ?? word]),
  );
  const rest = listed.filter((pattern) => !meant.has(pattern));
  if (rest.length === listed.length) {
    return fail({ reason: "files-not-listed", file, words, listed });
  }
  const saved = await saveInclude(opened.value, rest);
  if (!saved.ok) return saved;
  const removed = listed.filter((pattern) => meant.has(pattern));
  const facts = { removed: removed.join("\n"), "still listed": rest.join("\n"), manifest: file };
  return ok({ state: "done", cause: "files-unlisted", facts });
}

/** The entries of `files.include`, or that files are found by their language. */
export function listOf({ manifest }: ManifestFile): readonly string[] | "auto" {
  const include = manifest.files?.include ?? [];
  if (include === "auto") return "auto";
  return typeof include === "string" ? [include] : include;
}

async function saveInclude(opened: ManifestFile, include: readonly string[]) {
  const { source } = opened;
  if (include.length === listOf(opened).length) return ok("unchanged" as const);
  const files = isObject(source["files"]) ? source["files"] : {};
  return saveManifest(opened, { ...source, files: { ...files, include } });
}

type Entry = { readonly pattern: string; readonly ignored: string | undefined };

/** What is written for a word: the path from the manifest's folder, a name with its special characters escaped. */
async function entryOf(
  root: string,
  asked: string,
  word: string,
  ignores: Ignores,
): Promise<Result<Entry, PackagesFailure>> {
  const pattern = inside(root, asked);
  if (pattern === undefined) return fail({ reason: "include-outside", path: word, folder: root });
  const kind = await kindOf(asked);
  if (kind !== undefined) {
    const escaped = pattern.replaceAll(/[*?[\]\\]/g, String.raw`\$&`);
    return ok({ pattern: escaped, ignored: ignoredAbove(ignores, pattern, kind) });
  }
  if (!/[*?[]/.test(word)) return fail({ reason: "include-absent", path: word });
  const includes = includePattern(pattern);
  const names = await namesUnder(root, "", (name) => !/(?:^|\/)(?:\.git|node_modules)$/.test(name));
  const matching = names.filter(includes);
  if (matching.length === 0) return fail({ reason: "include-matches-nothing", pattern: word });
  const reasons = matching.map((name) => ignoredAbove(ignores, name, "file"));
  const ignored = reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
  return ok({ pattern, ignored });
}

/** The path of a file below a folder, with slashes; `undefined` where it is not below it. */
function inside(root: string, file: string): string | undefined {
  const relative = path.relative(root, file).replaceAll(path.sep, "/");
  if (relative === ".." || relative.startsWith("../") || path.isAbsolute(relative))
    return undefined;
  return relative === "" ? "." : relative;
}

async function kindOf(file: string): Promise<"file" | "folder" | undefined> {
  try {
    return (await lstat(file)).isDirectory() ? "folder" : "file";
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR"])) return undefined;
    throw error;
  }
}
