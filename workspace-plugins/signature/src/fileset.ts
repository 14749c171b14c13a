import type { FilesetFailure } from "./failure.ts";
import { folderOfPattern, isTooLarge, pathMatcher } from "./glob.ts";
import { withLinked } from "./linked-files.ts";
import { filesUnder, listIgnored } from "./listing.ts";
import type { FileListing, ListedFile } from "./listing.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";
import type { Fileset } from "./target.ts";

/**
 * The files of the workspace that a fileset has, and those that its links lead to; for one that includes ignored files
 * their folders are walked.
 */
export function filesOfFileset(
  fileset: Fileset,
  listing: FileListing,
): Result<readonly ListedFile[], FilesetFailure> {
  const tooLarge = fileset.patterns.find(isTooLarge);
  if (tooLarge !== undefined) return fail({ reason: "pattern-too-large", pattern: tooLarge });
  const found: (readonly ListedFile[])[] = [];
  for (const folder of foldersOf(fileset)) {
    const listed = fileset.includesIgnored ? listIgnored(listing.folder, folder) : ok(listing);
    if (!listed.ok) return listed;
    found.push(filesUnder(listed.value, folder));
  }
  const candidates = uniqueFiles(found);
  const paths = fileset.mustMatch === true ? candidates.map((file) => file.path) : [];
  const unmatched = fileset.mustMatch === true ? unmatchedIn(fileset, paths) : [];
  if (unmatched.length > 0) return fail({ reason: "patterns-unmatched", patterns: unmatched });
  const matches = pathMatcher(fileset.patterns);
  const matched = candidates.filter((file) => matches(file.path));
  return ok(withLinked(matched, listing));
}

/** Files of several lists, each once; those of a single one stay as they are. */
export function uniqueFiles<File extends { readonly path: string }>(
  lists: readonly (readonly File[])[],
): readonly File[] {
  const [first = [], ...others] = lists;
  if (others.length === 0) return first;
  return [...new Map(lists.flat().map((file) => [file.path, file])).values()];
}

/** The patterns of a fileset that let in no file. Ignored ones may be made later: they are not asked for. */
export function unmatchedPatterns(fileset: Fileset, listing: FileListing): readonly string[] {
  if (fileset.includesIgnored) return [];
  const paths = foldersOf(fileset).flatMap((folder) =>
    filesUnder(listing, folder).map((file) => file.path),
  );
  return unmatchedIn(fileset, paths);
}

function unmatchedIn({ patterns }: Fileset, paths: readonly string[]): readonly string[] {
  return patterns.filter((pattern) => {
    if (pattern.startsWith("!")) return false;
    const matches = pathMatcher([pattern]);
    return !paths.some(matches);
  });
}

/** The folders that hold all files that a fileset can have; `""` is the whole tree. */
export function foldersOf({ patterns }: Fileset): readonly string[] {
  const folders = new Set(
    patterns.filter((pattern) => !pattern.startsWith("!")).map(folderOfPattern),
  );
  return folders.has("") ? [""] : [...folders];
}
