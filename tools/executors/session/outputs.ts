import {
  closeSync,
  existsSync,
  globSync,
  lstatSync,
  openSync,
  readSync,
  readdirSync,
  readlinkSync,
  realpathSync,
} from "node:fs";
import type { Stats } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { canonicalJson, compareBytes, digestOf, openDigest } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";

const chunkBytes = 256 * 1024;

/** What cannot be kept in a cache; Nx waits for ever on the first kind. */
export type OddFile = { readonly path: string; readonly kind: "fifo" | "socket" | "device" };

/** Removes what is there of outputs: whatever a task leaves behind, it has made itself. */
export async function removeOutputs(root: string, outputs: readonly string[]): Promise<void> {
  for (const file of outputs.flatMap((output) => found(root, output))) {
    await rm(path.join(root, file), { recursive: true, force: true });
  }
}

/**
 * Outputs that are not removed whatever is declared: what holds the project or a file that the task reads, and what does
 * not lie in the workspace, by its name or behind a link.
 */
export function unsafeOutputs(
  root: string,
  outputs: readonly string[],
  kept: { readonly projectRoot: string; readonly files: readonly { readonly path: string }[] },
): readonly string[] {
  const paths = [kept.projectRoot, ...kept.files.map((file) => file.path)];
  const isUnsafe = (place: string): boolean =>
    !isBelow(root, place) || paths.some((one) => isWithin(path.posix.normalize(place), one));
  return positive(outputs).filter((output) => [output, ...found(root, output)].some(isUnsafe));
}

/** Whether a path lies in a folder, or is it. */
function isWithin(folder: string, one: string): boolean {
  const relative = path.posix.relative(folder, one);
  return relative === "" || !(relative === ".." || relative.startsWith("../"));
}

function isBelow(root: string, place: string): boolean {
  const absolute = path.resolve(root, place);
  if (!absolute.startsWith(`${path.resolve(root)}${path.sep}`)) return false;
  let parent = path.dirname(absolute);
  while (!existsSync(parent)) parent = path.dirname(parent);
  const [top, real] = [realpathSync(root), realpathSync(parent)];
  return real === top || real.startsWith(`${top}${path.sep}`);
}

/** Those outputs that nothing is there of. */
export function missingOutputs(root: string, outputs: readonly string[]): readonly string[] {
  return positive(outputs).filter((output) => found(root, output).length === 0);
}

export function oddFiles(root: string, outputs: readonly string[]): readonly OddFile[] {
  return filesOf(root, outputs).flatMap(({ path: file, stat }) => {
    const kind = kindOf(stat);
    return kind === undefined ? [] : [{ path: file, kind }];
  });
}

/** Of every file, link and folder of outputs, with the executable bit; times and owners are not in it. */
export function digestOfOutputs(root: string, outputs: readonly string[]): Digest {
  const entries = filesOf(root, outputs).map(({ path: file, stat }) => {
    const absolute = path.join(root, file);
    if (stat.isSymbolicLink()) return [file, "link", readlinkSync(absolute)];
    if (stat.isDirectory()) return [file, "folder"];
    const kind = (stat.mode & 0o100) === 0 ? "file" : "program";
    return [file, kind, stat.isFile() ? digestOfFile(absolute) : ""];
  });
  const sorted = entries.toSorted(([a = ""], [b = ""]) => compareBytes(a, b));
  return digestOf(canonicalJson(sorted));
}

function digestOfFile(absolute: string): Digest {
  const digest = openDigest();
  const file = openSync(absolute, "r");
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      digest.update(chunk.subarray(0, read));
    }
    return digest.end().digest;
  } finally {
    closeSync(file);
  }
}

function kindOf(stat: Stats): OddFile["kind"] | undefined {
  if (stat.isFIFO()) return "fifo";
  if (stat.isSocket()) return "socket";
  return stat.isBlockDevice() || stat.isCharacterDevice() ? "device" : undefined;
}

/** Everything of outputs, folders too, relative to the root. */
function filesOf(
  root: string,
  outputs: readonly string[],
): readonly { readonly path: string; readonly stat: Stats }[] {
  const waiting = positive(outputs).flatMap((output) => found(root, output));
  const files: { readonly path: string; readonly stat: Stats }[] = [];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const absolute = path.join(root, at);
    const stat = lstatSync(absolute);
    files.push({ path: at, stat });
    if (stat.isDirectory()) for (const name of readdirSync(absolute)) waiting.push(`${at}/${name}`);
  }
  return files;
}

function found(root: string, output: string): readonly string[] {
  if (output.startsWith("!")) return [];
  if (/[*?[\]{}]/.test(output)) return globSync(output, { cwd: root });
  const stat = lstatSync(path.join(root, output), { throwIfNoEntry: false });
  return stat === undefined ? [] : [output];
}

function positive(outputs: readonly string[]): readonly string[] {
  return outputs.filter((output) => !output.startsWith("!"));
}
