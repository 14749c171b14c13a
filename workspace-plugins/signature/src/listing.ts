import path from "node:path";
import { compareBytes, firstAtLeast, itemsBelow } from "./byte-order.ts";
import type { ListingFailure } from "./failure.ts";
import { existsSync, lstatSync, readdirSync, readlinkSync } from "./file-system.ts";
import { listByGit, splitByNul } from "./git.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";
import { isUtf8 } from "./utf8.ts";

/** `path` is relative to the listed folder, with slashes. */
export type ListedFile = RegularFile | Symlink;

export type RegularFile = {
  readonly kind: "file";
  readonly path: string;
  readonly isExecutable: boolean;
  readonly sizeBytes: number;
};

/** `target` is the text of the link; it is never followed. */
export type Symlink = { readonly kind: "symlink"; readonly path: string; readonly target: string };

/** The files of a folder in the order of their paths as UTF-8 bytes. */
export type FileListing = { readonly folder: string; readonly files: readonly ListedFile[] };

/** What a walk leaves out, for folders that git does not know: there is no ignore file to ask. */
const notWalked = new Set([".git", ".nx", ".slipway", "dist", "node_modules"]);

/**
 * Tracked files and untracked ones that git does not ignore, as they are on disk now; those of submodules too.
 * Outside a repository every file but those in `.git`, `.nx`, `.slipway`, `dist` and `node_modules`.
 */
export async function listFiles(
  folder: string,
  signal: AbortSignal,
): Promise<Result<FileListing, ListingFailure>> {
  const found = await listByGit(folder, signal);
  if (found.state === "failed") {
    const { exitCode, output } = found;
    return fail({ reason: "git-failed", folder, exitCode, output });
  }
  if (found.state === "not-a-repository")
    return listAll(folder, "", (name) => !notWalked.has(name));
  const readable = decodeNames(folder, splitByNul(found.output));
  if (!readable.ok) return readable;
  return inspectAll(folder, readable.value, signal);
}

/** Every file under `subfolder`, ignored ones too, with paths relative to `folder`. */
export function listIgnored(
  folder: string,
  subfolder: string,
): Result<FileListing, ListingFailure> {
  return listAll(folder, subfolder, (name) => name !== ".git");
}

/** The part of the listing below a folder; `""` is all of it. */
export function filesUnder(listing: FileListing, folder: string): readonly ListedFile[] {
  return folder === "" ? listing.files : itemsBelow(listing.files, pathOf, folder);
}

export function fileAt(listing: FileListing, wanted: string): ListedFile | undefined {
  const file = listing.files[firstAtLeast(listing.files, pathOf, wanted)];
  return file?.path === wanted ? file : undefined;
}

function pathOf(file: ListedFile): string {
  return file.path;
}

async function inspectAll(
  folder: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Result<FileListing, ListingFailure>> {
  const files = new Map<string, ListedFile>();
  const isFolder = folderCheck(folder);
  for (const listed of paths) {
    const relative = listed.endsWith("/") ? listed.slice(0, -1) : listed;
    // git still lists what was tracked below a folder that has become a symlink.
    if (!isFolder(path.posix.dirname(relative))) continue;
    const inspected = inspect(folder, relative);
    if (!inspected.ok) return inspected;
    if (inspected.value === "folder") {
      const nested = await listNested(folder, relative, signal);
      if (!nested.ok) return nested;
      for (const file of nested.value) files.set(file.path, file);
    } else if (inspected.value !== undefined) files.set(relative, inspected.value);
  }
  return ok({ folder, files: sorted([...files.values()]) });
}

/** The files of a submodule, or of another repository that lies inside this one. */
async function listNested(
  folder: string,
  relative: string,
  signal: AbortSignal,
): Promise<Result<readonly ListedFile[], ListingFailure>> {
  const nested = path.join(folder, relative);
  if (!existsSync(path.join(nested, ".git"))) return ok([]);
  const listing = await listFiles(nested, signal);
  if (!listing.ok) return listing;
  return ok(listing.value.files.map((file) => ({ ...file, path: `${relative}/${file.path}` })));
}

/** Whether a path and all above it, up to `folder`, are folders and no symlinks. */
function folderCheck(folder: string): (relative: string) => boolean {
  const known = new Map<string, boolean>([[".", true]]);
  const isFolder = (relative: string): boolean => {
    const before = known.get(relative);
    if (before !== undefined) return before;
    const found =
      isFolder(path.posix.dirname(relative)) &&
      lstatSync(path.join(folder, relative), { throwIfNoEntry: false })?.isDirectory() === true;
    known.set(relative, found);
    return found;
  };
  return isFolder;
}

/** `undefined` for what is not there, and for sockets, pipes and devices: they have no content to sign. */
function inspect(
  folder: string,
  relative: string,
): Result<ListedFile | "folder" | undefined, ListingFailure> {
  const absolute = path.join(folder, relative);
  const stat = lstatSync(absolute, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) return ok("folder");
  if (stat?.isFile() === true) {
    const isExecutable = (stat.mode & 0o100) !== 0;
    return ok({ kind: "file", path: relative, isExecutable, sizeBytes: stat.size });
  }
  if (stat?.isSymbolicLink() !== true) return ok(undefined);
  const target = readlinkSync(absolute, { encoding: "buffer" });
  if (!isUtf8(target)) return fail({ reason: "path-not-utf8", folder, path: relative });
  return ok({ kind: "symlink", path: relative, target: target.toString("utf8") });
}

function listAll(
  folder: string,
  subfolder: string,
  isWanted: (name: string) => boolean,
): Result<FileListing, ListingFailure> {
  const files: ListedFile[] = [];
  const waiting = [subfolder];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const names = decodeNames(folder, namesIn(path.join(folder, at)));
    if (!names.ok) return names;
    for (const name of names.value.filter(isWanted)) {
      const relative = at === "" ? name : `${at}/${name}`;
      const inspected = inspect(folder, relative);
      if (!inspected.ok) return inspected;
      if (inspected.value === "folder") waiting.push(relative);
      else if (inspected.value !== undefined) files.push(inspected.value);
    }
  }
  return ok({ folder, files: sorted(files) });
}

function namesIn(folder: string): readonly Buffer[] {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  return stat?.isDirectory() === true ? readdirSync(folder, { encoding: "buffer" }) : [];
}

/** Decoding a name that is no UTF-8 would make a name that no file has: the file would be left out in silence. */
function decodeNames(
  folder: string,
  names: readonly Buffer[],
): Result<readonly string[], ListingFailure> {
  const bad = names.find((name) => !isUtf8(name));
  if (bad !== undefined) {
    return fail({ reason: "path-not-utf8", folder, path: bad.toString("utf8") });
  }
  return ok(names.map((name) => name.toString("utf8")));
}

function sorted(files: readonly ListedFile[]): readonly ListedFile[] {
  return files.toSorted((a, b) => compareBytes(a.path, b.path));
}
