import { readdirSync } from "node:fs";
import path from "node:path";
import { copyColumns, sliceColumns } from "./block.ts";
import type { Block, Columns } from "./block.ts";
import { hasTimes, timesOf } from "./folder-times.ts";
import { messageOf } from "./folder-message.ts";
import { codeOf } from "./content.ts";
import { identityOf, isSettled, lookAt, recordFile, recordLink, typeOf } from "./look.ts";
import type { Looking } from "./look.ts";
import {
  kind,
  namesIn,
  namesText,
  pathOf,
  row,
  targetsText,
  timesWidth,
  wordOf,
} from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

/** Files whose content decides which names count. */
const deciding = new Set([".gitignore", ".gitattributes"]);

/**
 * Compares a folder with what is known of it. `same` costs a stat for each file, and a listing where the stat of the
 * folder does not tell that the names in it are the same. `relist`: its names or
 * their types are others, or what decides about them is; nobody knows yet which of them count.
 */
export function checkFolder(
  looking: Looking & { readonly old: Snapshot },
  folder: number,
): "same" | "relist" | Block {
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
  const other = findOthers(looking, { prefix: `${absolute}/`, names, isUnmoved }, before);
  if (other === "relist" || other.length === 0) return other === "relist" ? other : "same";
  return renew(looking, { folder, relative, absolute, stat, names, before, other });
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
    if (deciding.has(name)) return "relist";
    others.push(entry);
  }
  return others;
}

function renew(
  looking: Looking & { readonly old: Snapshot },
  found: {
    readonly folder: number;
    readonly relative: string;
    readonly absolute: string;
    readonly stat: ReturnType<typeof lookAt>;
    readonly names: readonly string[];
    readonly before: Columns;
    readonly other: readonly number[];
  },
): Block {
  const { names, before, other } = found;
  const columns = copyColumns(before);
  const oldTargets = targetsText(looking.old, found.folder);
  const targets = oldTargets.split("\0");
  let isChanged = false;
  for (const entry of other) {
    const absolute = `${found.absolute}/${names[entry] ?? ""}`;
    columns.states[entry] = 0;
    if (before.kinds[entry] === kind.symlink) {
      const link = recordLink(looking, absolute, { columns, entry });
      const place = linksBefore(before, entry);
      isChanged ||= link !== targets[place];
      targets[place] = link ?? "";
    } else if (recordFile(looking, absolute, { columns, entry }, { columns: before, entry })) {
      isChanged = true;
    }
  }
  return {
    path: found.relative,
    names: names.join("/"),
    targets: targets.join("\0"),
    ...columns,
    times: timesOf(found.stat, looking.telling),
    identity: identityOf(found.stat),
    isRacy: false,
    undecided: [],
    hasUnlisted: false,
    message: messageOf(looking, { names, targets, columns }),
    isChanged,
  };
}

function linksBefore({ kinds }: Columns, entry: number): number {
  return kinds.subarray(0, entry).filter((what) => what === kind.symlink).length;
}
