import { chmod, lstat, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { isRunning } from "./process-group.ts";
import { hasCode } from "./read-text.ts";
import type { Result } from "./result.ts";

/**
 * Writes beside the file and renames: a reader sees the old bytes or the new ones, never a part. Makes its folder. What
 * need not outlive a power cut, as it can be made again and has its own digest, is not waited for (`isDurable`).
 * A link in its place is replaced: who may commit one would have us write to any file. `followsLink` is for settings
 * that are a person's own.
 */
export async function writeFileAtomically(
  file: string,
  data: string | Uint8Array,
  options: {
    readonly mode?: number;
    readonly isDurable?: boolean;
    readonly followsLink?: boolean;
  } = {},
): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const bytes =
    typeof data === "string" ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  // Loaded here: most commands write nothing.
  const { default: writeFileAtomic } = await import("write-file-atomic");
  const { mode, isDurable = true, followsLink = false } = options;
  // The library would write where it leads.
  if (!followsLink && (await isLink(file))) await rm(file, { force: true });
  await writeFileAtomic(file, bytes, { fsync: isDurable, ...(mode === undefined ? {} : { mode }) });
}

async function isLink(file: string): Promise<boolean> {
  try {
    return (await lstat(file)).isSymbolicLink();
  } catch (error) {
    if (hasCode(error, ["ENOENT"])) return false;
    throw error;
  }
}

/** JSON with two spaces and a newline at the end, written atomically. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFileAtomically(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

export async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/**
 * Lets `fill` build a folder beside `folder` and puts it in its place when it is whole. A failure, an exception or a
 * stop leaves what was there. Runs at the same time each fill their own; the last one stays. What a killed process
 * left half-built is removed by the next call.
 */
export async function replaceFolder<Value, Failure>(
  folder: string,
  fill: (partial: string) => Promise<Result<Value, Failure>>,
): Promise<Result<Value, Failure>> {
  await removeAbandoned(folder);
  const partial = await mkdtemp(`${folder}${beside}${process.pid}-`);
  try {
    await chmod(partial, 0o755);
    const filled = await fill(partial);
    if (filled.ok) await swap(folder, partial);
    return filled;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** In the name of a folder that is being built, before the id of the process that builds it. */
const beside = ".partial-";

/** Moves the old folder into the new one's parting name, so that its place is empty for no longer than a rename. */
async function swap(folder: string, partial: string): Promise<void> {
  const old = `${partial}.old`;
  try {
    for (;;) {
      await moveAside(folder, old);
      if (await took(partial, folder)) return;
    }
  } finally {
    await rm(old, { recursive: true, force: true });
  }
}

async function moveAside(folder: string, old: string): Promise<void> {
  await rm(old, { recursive: true, force: true });
  try {
    await rename(folder, old);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** False: another run put its own there between our two steps. */
async function took(partial: string, folder: string): Promise<boolean> {
  try {
    await rename(partial, folder);
    return true;
  } catch (error) {
    if (hasCode(error, ["ENOTEMPTY", "EEXIST"])) return false;
    throw error;
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  const parent = path.dirname(folder);
  await mkdir(parent, { recursive: true });
  const prefix = `${path.basename(folder)}${beside}`;
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    if (Number.isInteger(pid) && pid !== process.pid && !isRunning(pid)) {
      await rm(path.join(parent, name), { recursive: true, force: true });
    }
  }
}

function isMissing(error: unknown): boolean {
  return hasCode(error, ["ENOENT", "ENOTDIR"]);
}
