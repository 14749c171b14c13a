import { readdirSync } from "node:fs";
import path from "node:path";
import { copyColumns, sliceColumns } from "./block.ts";
import type { Block, Columns } from "./block.ts";
import { messageOf } from "./folder-message.ts";
import { codeOf } from "./content.ts";
import { identityOf, isSettled, lookAt, recordFile, recordLink, typeOf } from "./look.ts";
import type { Looking } from "./look.ts";
import { kind, namesText, pathOf, row, targetsText, wordOf } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

/** Files whose content decides which names count. */
const deciding = new Set([".gitignore", ".gitattributes"]);

/**
 * Compares a folder with what is known of it. `same` costs a listing and a stat for each name. `relist`: its names or
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
  const recorded = namesText(old, folder);
  const names = namesOnDisk(absolute);
  if (names === undefined || names.join("/") !== recorded) return "relist";
  const before = sliceColumns(
    old,
    wordOf(old, folder, row.firstEntry),
    wordOf(old, folder, row.entryCount),
  );
  const other = findOthers(looking, `${absolute}/`, names, before);
  if (other === "relist" || other.length === 0) return other === "relist" ? other : "same";
  return renew(looking, { folder, relative, absolute, names, before, other });
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
  prefix: string,
  names: readonly string[],
  before: Columns,
): readonly number[] | "relist" {
  const others: number[] = [];
  for (let entry = 0; entry < names.length; entry += 1) {
    const name = names[entry] ?? "";
    const stat = lookAt(prefix + name);
    if (typeof stat === "string") return "relist";
    const what = before.kinds[entry];
    if (typeOf(stat.mode) !== typeOf(before.modes[entry] ?? 0)) return "relist";
    if (what !== kind.file && what !== kind.symlink) continue;
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
    identity: identityOf(lookAt(found.absolute)),
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
