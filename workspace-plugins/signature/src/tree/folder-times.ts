import type { Stats } from "node:fs";
import { statSync, statfsSync } from "../file-system.ts";
import { timesWidth } from "./snapshot.ts";

/**
 * By their magic number in statfs(2): a name that comes or goes gives its folder another time, as far as a stat can tell
 * any change. Not so with FAT, whose root has no times; with an overlay, where a layer below can be another after a
 * mount; and with those that others write to.
 */
const tellingFileSystems: ReadonlySet<number> = new Set([
  // ext2, ext3, ext4
  0xef53,
  // XFS
  0x58465342,
  // btrfs
  0x9123683e,
  // tmpfs
  0x01021994,
  // F2FS
  0xf2f52010,
]);

/** The device of the files of a folder, if times tell there whether the names in a folder are the same. */
export function tellingDevice(root: string): number | undefined {
  if (process.platform !== "linux" || !tellingFileSystems.has(statfsSync(root).type)) {
    return undefined;
  }
  return statSync(root).dev;
}

/** What tells that the names in a folder are as they were; zeros where nothing does. */
export function timesOf(
  stat: Stats | "gone" | "closed",
  telling: number | undefined,
): Float64Array {
  if (typeof stat === "string" || stat.dev !== telling) return new Float64Array(timesWidth);
  return Float64Array.of(stat.dev, stat.ino, stat.mtimeMs, stat.ctimeMs);
}

/** Whether `times` has at `at` what tells that this is the folder as it was. */
export function hasTimes(
  times: Float64Array,
  at: number,
  stat: Stats | "gone" | "closed",
): boolean {
  return (
    typeof stat !== "string" &&
    stat.isDirectory() &&
    times[at + 3] === stat.ctimeMs &&
    times[at + 2] === stat.mtimeMs &&
    times[at + 1] === stat.ino &&
    times[at] === stat.dev
  );
}
