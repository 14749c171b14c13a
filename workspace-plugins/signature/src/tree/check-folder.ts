import path from "node:path";
import { readdirSync } from "../file-system.ts";
import { isCertain } from "../utf8.ts";
import { sliceColumns } from "./block.ts";
import type { Columns } from "./block.ts";
import { hasTimes } from "./folder-times.ts";
import { codeOf, isSettled, lookAt, typeOf } from "./look.ts";
import type { Looking } from "./look.ts";
import { kind, namesIn, namesText, pathOf, row, timesWidth, wordOf } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

/** Files whose content decides which names count. */
const deciding = new Set([".gitignore", ".gitattributes"]);

/** A folder with the names that it had, in which something is not as it was. */
export type ChangedFolder = {
  readonly old: Snapshot;
  readonly folder: number;
  readonly relative: string;
  readonly absolute: string;
  readonly stat: ReturnType<typeof lookAt>;
  readonly names: readonly string[];
  readonly before: Columns;
  /** The entries that are to be read again. */
  readonly others: readonly number[];
};

/**
 * Compares a folder with what is known of it. `same` costs a stat for each file, and a listing where the stat of the
 * folder does not tell that the names in it are the same. `relist`: its names or their types are others, or what decides
 * about them is; nobody knows yet which of them count.
 */
export function checkFolder(
  looking: Looking & { readonly old: Snapshot },
  folder: number,
): "same" | "relist" | ChangedFolder {
  const { root, old } = looking;
  if (wordOf(old, folder, row.isRacy) !== 0) return "relist";
  const relative = pathOf(old, folder);
  const absolute = path.join(root, relative);
  // Before its names are read: what changes after that is seen by the next look.
  const stat = lookAt(absolute);
  const isUnmoved = hasTimes(old.times, folder * timesWidth, stat);
  const names = isUnmoved ? namesIn(old, folder) : namesOnDisk(absolute);
  if (names === undefined) return "relist";
  if (!isUnmoved && names.join("/") !== namesText(old, folder)) return "relist";
  const before = sliceColumns(
    old,
    wordOf(old, folder, row.firstEntry),
    wordOf(old, folder, row.entryCount),
  );
  const others = findOthers(looking, { prefix: `${absolute}/`, names, isUnmoved }, before);
  if (others === "relist" || others.length === 0) return others === "relist" ? others : "same";
  return { old, folder, relative, absolute, stat, names, before, others };
}

/** The names of a folder in the order in which the kernel has them; `undefined`: it is gone, closed or no folder. */
function namesOnDisk(absolute: string): readonly string[] | undefined {
  try {
    return readdirSync(absolute);
  } catch (error) {
    codeOf(error);
    return undefined;
  }
}

/** The entries that are not as they were. */
function findOthers(
  looking: Looking,
  listed: {
    readonly prefix: string;
    readonly names: readonly string[];
    /** Then each name is of what it was. */
    readonly isUnmoved: boolean;
  },
  before: Columns,
): readonly number[] | "relist" {
  const others: number[] = [];
  const { prefix, names, isUnmoved } = listed;
  for (let entry = 0; entry < names.length; entry += 1) {
    const what = before.kinds[entry];
    const hasContent = what === kind.file || what === kind.symlink;
    if (isUnmoved && !hasContent) continue;
    const name = names[entry] ?? "";
    const stat = lookAt(prefix + name);
    if (typeof stat === "string") return "relist";
    if (typeOf(stat.mode) !== typeOf(before.modes[entry] ?? 0)) return "relist";
    if (!hasContent) continue;
    // A folder that nobody may list stands as a file: it may be open by now.
    if (what === kind.file && !stat.isFile()) return "relist";
    if (isSettled(before, entry, stat, looking)) continue;
    if (deciding.has(name) || !isCertain(name)) return "relist";
    others.push(entry);
  }
  return others;
}
