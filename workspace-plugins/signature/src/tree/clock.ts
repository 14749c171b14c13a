import type { Stats } from "node:fs";
import path from "node:path";
import { closeSync, fstatSync, openSync, rmSync } from "../file-system.ts";
import { isUnwritable, makeCacheFolder } from "./cache-folder.ts";

/** What changed at this moment or later could change again behind the same times. */
export function raceMsOf(cacheFile: string | undefined): number {
  if (cacheFile === undefined) return safeClockMs();
  try {
    return fileClockMs(path.dirname(cacheFile));
  } catch (error) {
    if (isUnwritable(error)) return safeClockMs();
    throw error;
  }
}

/**
 * Now, in ms, by the clock that the file system stamps files with: that of the kernel is up to some ms behind the one
 * that programs ask, and that of a server is its own.
 */
export function fileClockMs(folder: string): number {
  makeCacheFolder(folder);
  const file = path.join(folder, `.clock-${process.pid}-${process.hrtime.bigint()}`);
  const opened = openSync(file, "wx");
  try {
    return fstatSync(opened).mtimeMs;
  } finally {
    closeSync(opened);
    rmSync(file, { force: true });
  }
}

/** Without a folder to write into: what changed in the last two seconds counts as changed now. */
export function safeClockMs(): number {
  return Date.now() - 2000;
}

/**
 * Changed at `raceMs` or later: a change after that can leave the same times behind. A time without a part of a second
 * can be of a file system that keeps none (FAT: of two seconds) under a cache file on one that does.
 */
export function isRacy(stat: Pick<Stats, "mtimeMs" | "ctimeMs">, raceMs: number): boolean {
  const changedMs = stat.ctimeMs % 1000 === 0 ? stat.ctimeMs + coarsestMs : stat.ctimeMs;
  return stat.mtimeMs >= raceMs || changedMs >= raceMs;
}

const coarsestMs = 2000;
