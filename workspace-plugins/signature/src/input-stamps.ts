import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { FilesetFailure } from "./failure.ts";
import { lstatSync, readdirSync, readlinkSync } from "./file-system.ts";
import { filesOfFileset } from "./fileset.ts";
import type { FileHasher } from "./file-hasher.ts";
import { folderOfPattern } from "./glob.ts";
import { hashInProcess } from "./hash-files.ts";
import { listFiles } from "./listing.ts";
import type { RecordedFile } from "./recorded-action.ts";
import { ok } from "./result.ts";
import type { Result } from "./result.ts";
import type { Fileset } from "./target.ts";
import { openTree } from "./tree/open-tree.ts";

type StampedFolder =
  | { readonly path: string; readonly stamp?: string | undefined }
  // Tasks write into it, so that its times say nothing. Their outputs are not among the names.
  | {
      readonly path: string;
      readonly names?: readonly string[] | undefined;
      readonly outputs: readonly string[];
    };

type StampedFile = RecordedFile & { readonly stamp?: string | undefined };

/**
 * The inputs of a target, by what tells without reading them that nothing has touched them since. One without a stamp
 * is told by its content alone: it changed too shortly before it was looked at.
 */
export type InputStamps = {
  readonly files: readonly StampedFile[];
  /** Named by a pattern without wildcards, and not there. */
  readonly absent: readonly string[];
  /** Those that can get new inputs. */
  readonly folders: readonly StampedFolder[];
  readonly filesets: readonly Fileset[];
};

/** How long two changes can have one date: file systems date by ticks, some of them by seconds. */
const commonTickMs = 20;
const coarseTickMs = 2000;
const attempts = 5;

/** What the targets of one command share. */
export type StampedCommand = {
  /** Inputs were listed and digested after it. */
  readonly sinceMs: number;
  /** Of all its targets. */
  readonly outputs: readonly string[];
};

/** Stamps of the inputs of any target of a command. */
export function openStamps(
  root: string,
  command: StampedCommand,
): (target: {
  readonly files: readonly RecordedFile[];
  readonly filesets: readonly Fileset[];
}) => InputStamps {
  const known = new Map<string, Stat | undefined>();
  const oldStamp = (relative: string): string | undefined => {
    const found = known.has(relative) ? known.get(relative) : statOf(root, relative);
    known.set(relative, found);
    const isOld = found !== undefined && found.changedMs < command.sinceMs - coarseTickMs;
    return isOld ? found.text : undefined;
  };
  const written = namesOnTheWay(command.outputs);
  const stampFolder = (folder: string): StampedFolder => {
    const outputs = written.get(folder);
    const stamp = oldStamp(folder);
    if (outputs === undefined) return { path: folder, ...(stamp === undefined ? {} : { stamp }) };
    const open = { path: folder, outputs: [...outputs] };
    return stamp === undefined ? open : { ...open, names: namesIn(root, folder, outputs) };
  };
  return ({ files, filesets }) => {
    const paths = new Set(files.map((file) => file.path));
    return {
      files: files.map((file) => {
        const stamp = oldStamp(file.path);
        // A submodule is an input in one piece, and its own stat tells nothing of what lies in it.
        const tells = stamp !== undefined && known.get(file.path)?.isFolder === false;
        return tells ? { ...file, stamp } : { ...file };
      }),
      absent: literalsOf(filesets).filter((literal) => !paths.has(literal)),
      folders: openFolders(filesets, paths).map(stampFolder),
      filesets: filesets.map(({ patterns, includesIgnored }) => ({ patterns, includesIgnored })),
    };
  };
}

export type SecondLook =
  /** `stamps` are those of now: also of what was touched and is as it was. */
  | { readonly state: "same"; readonly stamps: InputStamps }
  | { readonly state: "touched"; readonly stamps: InputStamps; readonly paths: readonly string[] }
  | { readonly state: "changed"; readonly paths: readonly string[] };

/** Whether inputs are what they were: those whose stamp differs are read again. */
export async function lookAgain(
  root: string,
  stamps: InputStamps,
  signal: AbortSignal,
): Promise<Result<SecondLook, FilesetFailure>> {
  const changed = stamps.absent.filter((file) => statOf(root, file) !== undefined);
  const touched: string[] = [];
  const files: StampedFile[] = [];
  for (const file of stamps.files) {
    const isStamped = file.stamp !== undefined;
    if (isStamped && statOf(root, file.path)?.text === file.stamp) files.push(file);
    else {
      if (isStamped) touched.push(file.path);
      const again = await readAgain(root, file, signal);
      if (again === undefined) changed.push(file.path);
      else files.push(again);
    }
  }
  const folders = stamps.folders.map((folder) => restamp(root, folder));
  const moved = folders.filter((folder, at) => !isSameFolder(folder, stamps.folders[at]));
  if (moved.length > 0) {
    touched.push(...moved.map((folder) => `${folder.path}/`));
    const found = await differenceToListing(root, stamps, signal);
    if (!found.ok) return found;
    changed.push(...found.value);
  }
  if (changed.length > 0) return ok({ state: "changed", paths: [...new Set(changed)] });
  const now = { ...stamps, files, folders };
  if (touched.length === 0) return ok({ state: "same", stamps: now });
  return ok({ state: "touched", stamps: now, paths: touched });
}

type Stat = {
  readonly text: string;
  readonly isFolder: boolean;
  readonly changedMs: number;
  readonly tickMs: number;
};

function statOf(root: string, relative: string): Stat | undefined {
  const stat = lstatSync(path.join(root, relative), { bigint: true, throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  // The size of a folder and the number of its links follow from its entries, and an access changes neither.
  const size = stat.isDirectory() ? 0n : stat.size;
  const text = [stat.ino, stat.mode, size, stat.mtimeNs, stat.ctimeNs].join("-");
  const tickMs = stat.ctimeNs % 1_000_000_000n === 0n ? coarseTickMs : commonTickMs;
  const changedMs = Number(stat.ctimeNs / 1_000_000n);
  return { text, isFolder: stat.isDirectory(), changedMs, tickMs };
}

/** The file with its stamp of now, or `undefined` when it is another one or never at rest. */
async function readAgain(
  root: string,
  file: StampedFile,
  signal: AbortSignal,
): Promise<StampedFile | undefined> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const before = statOf(root, file.path);
    if (before === undefined) return undefined;
    // A second change within the tick of the first would leave the stamp as it is.
    const restMs = before.changedMs + before.tickMs - Date.now();
    if (restMs >= 0) await delay(restMs + 1);
    if (!(await isSameFile(root, file, signal))) return undefined;
    if (before.isFolder) return file;
    if (statOf(root, file.path)?.text === before.text) return { ...file, stamp: before.text };
  }
  return undefined;
}

async function isSameFile(root: string, file: RecordedFile, signal: AbortSignal): Promise<boolean> {
  if ("symlink" in file) return linkOf(path.join(root, file.path)) === file.symlink;
  const { sizeBytes, executable, digest } = file;
  const asked = { kind: "file", path: file.path, sizeBytes, isExecutable: executable } as const;
  const isSameBy = async (hash: FileHasher): Promise<boolean> => {
    const found = (await hash(root, [asked], signal)).digests.get(file.path);
    return found?.digest === digest && found.isExecutable === executable;
  };
  if (await isSameBy(hashInProcess)) return true;
  // What signed it may know more of it than its bytes; asked last, since it looks at everything.
  const tree = await openTree(root, { cacheFile: undefined, signal });
  return tree.ok && (await isSameBy(tree.value.hash));
}

function linkOf(absolute: string): string | undefined {
  const stat = lstatSync(absolute, { throwIfNoEntry: false });
  return stat?.isSymbolicLink() === true ? readlinkSync(absolute) : undefined;
}

function restamp(root: string, folder: StampedFolder): StampedFolder {
  if ("outputs" in folder) {
    return { ...folder, names: namesIn(root, folder.path, new Set(folder.outputs)) };
  }
  return { path: folder.path, stamp: statOf(root, folder.path)?.text ?? "" };
}

function isSameFolder(is: StampedFolder, was: StampedFolder | undefined): boolean {
  if ("names" in is) return was !== undefined && "names" in was && isEqual(is.names, was.names);
  return was !== undefined && "stamp" in is && "stamp" in was && is.stamp === was.stamp;
}

function isEqual(is: readonly string[] | undefined, was: readonly string[] | undefined): boolean {
  return JSON.stringify(is) === JSON.stringify(was);
}

/** Inputs that were not there and inputs that are gone: the filesets matched anew. */
async function differenceToListing(
  root: string,
  stamps: InputStamps,
  signal: AbortSignal,
): Promise<Result<readonly string[], FilesetFailure>> {
  const listing = await listFiles(root, signal);
  if (!listing.ok) return listing;
  const now = new Set<string>();
  for (const fileset of stamps.filesets) {
    const files = filesOfFileset(fileset, listing.value);
    if (!files.ok) return files;
    for (const file of files.value) now.add(file.path);
  }
  const before = new Set(stamps.files.map((file) => file.path));
  return ok([...now.symmetricDifference(before)]);
}

/** Folders in which a file can appear that a pattern lets in: those of the wildcards, down to each input. */
function openFolders(filesets: readonly Fileset[], inputs: Iterable<string>): readonly string[] {
  const bases = new Set(
    patternsOf(filesets)
      .filter((pattern) => literalOf(pattern) === undefined)
      .map(folderOfPattern),
  );
  const folders = new Set(bases);
  for (const input of inputs) {
    const between: string[] = [];
    for (let at = parentOf(input); at !== undefined; at = parentOf(at)) {
      between.push(at);
      if (!folders.has(at)) continue;
      for (const folder of between) folders.add(folder);
      break;
    }
  }
  return [...folders];
}

function parentOf(relative: string): string | undefined {
  if (relative === "") return undefined;
  const slash = relative.lastIndexOf("/");
  return slash === -1 ? "" : relative.slice(0, slash);
}

/** Of each folder above an output, the names that lead to one. */
function namesOnTheWay(outputs: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>();
  for (const output of outputs) {
    const segments = folderOfPattern(`${output}/*`).split("/");
    for (const [at, name] of segments.entries()) {
      const folder = segments.slice(0, at).join("/");
      names.set(folder, (names.get(folder) ?? new Set()).add(name));
    }
  }
  return names;
}

function namesIn(root: string, folder: string, except: ReadonlySet<string>): string[] {
  const stat = lstatSync(path.join(root, folder), { throwIfNoEntry: false });
  const names = stat?.isDirectory() === true ? readdirSync(path.join(root, folder)) : [];
  return names.filter((name) => !except.has(name)).toSorted();
}

function patternsOf(filesets: readonly Fileset[]): readonly string[] {
  return filesets
    .flatMap((fileset) => fileset.patterns)
    .filter((pattern) => !pattern.startsWith("!"));
}

function literalsOf(filesets: readonly Fileset[]): readonly string[] {
  return patternsOf(filesets).flatMap((pattern) => literalOf(pattern) ?? []);
}

/** The one path that a pattern without wildcards matches. */
function literalOf(pattern: string): string | undefined {
  const whole = folderOfPattern(`${pattern}/*`);
  return whole.split("/").length === pattern.split("/").length ? whole : undefined;
}
