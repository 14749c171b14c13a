import { digestOf, parseDigest } from "./digest.ts";
import { foldersOf } from "./fileset.ts";
import { actionSchema } from "./ingredients.ts";
import type { InputFile } from "./ingredients.ts";
import { placeOfLink } from "./linked-files.ts";
import type { Fileset } from "./target.ts";
import type { DirectoryDigest, Tree } from "./tree/tree.ts";

/** What of a tree outlives the process. */
export type Remembered = Pick<Tree, "versionOf" | "memo">;

/**
 * The root that these filesets had when the folders they look into were last as they are now. Ignored files have no
 * version, so filesets that include them are never remembered.
 */
export function recallRoot(
  filesets: readonly Fileset[],
  remembered: Remembered | undefined,
): DirectoryDigest | undefined {
  if (remembered === undefined || filesets.some(({ includesIgnored }) => includesIgnored)) {
    return undefined;
  }
  const [versions, digestText = "", sizeText = ""] =
    remembered.memo.get(keyOf(filesets))?.split(" ") ?? [];
  if (versions !== versionsOf(filesets, remembered)) return undefined;
  const digest = parseDigest(digestText);
  return digest === undefined ? undefined : { digest, sizeBytes: Number(sizeText) };
}

/**
 * `files` are those of the filesets: one that lies outside of the folders they look into has no part in the versions,
 * nor has what a link leads to out there.
 */
export function rememberRoot(
  filesets: readonly Fileset[],
  files: readonly InputFile[],
  root: DirectoryDigest,
  remembered: Remembered | undefined,
): void {
  if (remembered === undefined || filesets.some(({ includesIgnored }) => includesIgnored)) return;
  const folders = filesets.flatMap(foldersOf).map((folder) => (folder === "" ? "" : `${folder}/`));
  const isWithin = (path: string): boolean => folders.some((folder) => path.startsWith(folder));
  const isCovered = (file: InputFile): boolean => {
    const place = file.kind === "symlink" ? placeOfLink(file) : undefined;
    return isWithin(file.path) && (place === undefined || isWithin(`${place}/`));
  };
  if (!files.every(isCovered)) return;
  const value = `${versionsOf(filesets, remembered)} ${root.digest} ${root.sizeBytes}`;
  remembered.memo.set(keyOf(filesets), value);
}

function keyOf(filesets: readonly Fileset[]): string {
  return `input-root ${actionSchema} ${digestOf(JSON.stringify(filesets))}`;
}

/** A folder that is not there has the version `null`: when it comes, the versions are others. */
function versionsOf(filesets: readonly Fileset[], { versionOf }: Remembered): string {
  const folders = [...new Set(filesets.flatMap(foldersOf))];
  return digestOf(JSON.stringify(folders.map((folder) => [folder, versionOf(folder) ?? null])));
}
