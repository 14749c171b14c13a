import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { sizeOf } from "./cache/list.ts";
import type { CacheFailure, PackagesCause } from "./failure.ts";
import { namesIn } from "@slipway/signature/names-in";
import { removeFolder } from "./place-folder.ts";
import { ownName, sweepStagings } from "./staging.ts";

/** What aigg keeps for a user, in `~/.aigogo`; each can be made or fetched again. */
export const cleanable = ["envs", "cache", "store"] as const;
export type Cleanable = (typeof cleanable)[number];

export type CleanOptions = {
  readonly home: string;
  /** None: only the sizes are told. */
  readonly folders: readonly Cleanable[];
  /** Only tells what would go. */
  readonly isDry: boolean;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
};

export type CleanedFolder = {
  readonly name: Cleanable;
  readonly folder: string;
  readonly sizeBytes: number;
  readonly items: number;
  readonly isRemoved: boolean;
};

type Cleaned = Outcome<PackagesCause> & { readonly folders: readonly CleanedFolder[] };

/**
 * Empties folders entry by entry, each moved away whole before it goes: what is stopped leaves whole entries, and who reads
 * meanwhile finds an entry whole or not at all. Read-only folders of the store are no hindrance.
 */
export async function cleanFolders(options: CleanOptions): Promise<Result<Cleaned, CacheFailure>> {
  const folders: CleanedFolder[] = [];
  for (const name of cleanable) {
    const folder = path.join(options.home, ".aigogo", name);
    const isAsked = options.folders.includes(name);
    // What other runs hold there is theirs; what killed ones left goes with the rest.
    const entries = (await namesIn(folder)).filter(
      (entry) => name !== "store" || entry !== ownName,
    );
    const sizes = await Promise.all(entries.map((entry) => sizeOf(path.join(folder, entry))));
    const sizeBytes = sizes.reduce((sum, size) => sum + size, 0);
    const isRemoved = isAsked && !options.isDry && entries.length > 0;
    if (isRemoved && !(await empty(folder, entries, options))) {
      return fail({ reason: "clean-stopped", folder });
    }
    if (isRemoved && name === "store") await sweepStagings({ folder });
    folders.push({ name, folder, sizeBytes, items: entries.length, isRemoved });
  }
  const isDone = folders.some((one) => one.isRemoved);
  return ok({
    state: isDone ? "done" : "unchanged",
    cause: causeOf(options, isDone),
    facts: Object.fromEntries(
      folders
        .filter(({ name }) => options.folders.length === 0 || options.folders.includes(name))
        .map((one) => [one.name, `${readableSize(one.sizeBytes)} in ${one.items} entries`]),
    ),
    folders,
  });
}

function causeOf({ folders, isDry }: CleanOptions, isDone: boolean): PackagesCause {
  if (folders.length === 0) return "disk-usage";
  if (isDry) return "would-clean";
  return isDone ? "cleaned" : "nothing-to-clean";
}

/** Of a size in bytes, as people read it. */
export function readableSize(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const size = bytes / 1024 ** power;
  return `${power === 0 ? size : size.toFixed(1)} ${units[power] ?? "B"}`;
}

/** False: it was stopped. */
async function empty(
  folder: string,
  entries: readonly string[],
  { signal, progress }: CleanOptions,
): Promise<boolean> {
  for (const [at, entry] of entries.entries()) {
    if (signal.aborted) return false;
    progress(`removing ${path.join(folder, entry)} (${at + 1} of ${entries.length})`);
    await removeFolder(path.join(folder, entry));
  }
  return true;
}
