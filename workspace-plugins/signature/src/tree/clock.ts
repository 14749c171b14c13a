import { closeSync, fstatSync, openSync, rmSync } from "node:fs";
import path from "node:path";
import { makeCacheFolder } from "./cache-folder.ts";

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
