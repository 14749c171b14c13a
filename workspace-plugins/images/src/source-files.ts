import path from "node:path";
import { parseJson, readTextIfPresent, writeJson } from "@slipway/signature/basics";
import { z } from "zod";
import type { Member } from "./archive.ts";
import { memberLines } from "./context.ts";
import type { BuildReason, FileChange } from "./ingredients.ts";

/** Files that a row of the table of ingredients is the digest of; `folder` is where people find them. */
export type SourceFolder = { readonly folder: string; readonly members: readonly Member[] };

/** By the names of rows. */
export type Sources = Readonly<Record<string, SourceFolder>>;

const sourcesName = "sources.json";
/** A row of more is told as a whole: it is for people, who do not read so many names. */
const mostFiles = 1000;
const mostBytes = 10 * 1024 * 1024;

/** Of each row its files, relative to its folder, with mode and digest. */
const Recorded = z.object({
  schema: z.literal(1),
  rows: z.record(z.string(), z.record(z.string(), z.string())),
});

/** Beside the receipt of a layout, which has one digest of all. */
export async function writeSources(layoutFolder: string, sources: Sources = {}): Promise<void> {
  const rows = Object.entries(sources).filter(([, { members }]) => members.length <= mostFiles);
  if (rows.length === 0) return;
  await writeJson(path.join(layoutFolder, sourcesName), {
    schema: 1,
    rows: Object.fromEntries(rows.map(([row, { members }]) => [row, tableOf(members)])),
  });
}

/** The same reasons; one of a row whose files are on record tells those that are others. */
export async function nameFiles(
  reasons: readonly BuildReason[],
  layoutFolder: string,
  sources: Sources = {},
): Promise<readonly BuildReason[]> {
  if (!reasons.some((one) => "ingredient" in one && one.ingredient in sources)) return reasons;
  const rows = await readRows(layoutFolder);
  return reasons.map((reason) => {
    if (reason.kind !== "ingredient-changed") return reason;
    const before = rows.get(reason.ingredient);
    const source = sources[reason.ingredient];
    if (before === undefined || source === undefined) return reason;
    const files = changesOf(before, source);
    return files.length === 0 ? reason : { ...reason, files };
  });
}

/** A row of one file. */
export function sourceFile(file: string, bytes: Uint8Array): SourceFolder {
  return { folder: path.dirname(file), members: [{ name: path.basename(file), bytes }] };
}

type FileTable = ReadonlyMap<string, string>;

function changesOf(before: FileTable, { folder, members }: SourceFolder): readonly FileChange[] {
  const now = new Map(memberLines(members));
  const names = [...new Set([...before.keys(), ...now.keys()])].toSorted();
  return names.flatMap((name) => {
    const [old, current] = [before.get(name), now.get(name)];
    if (old === current) return [];
    const change = old === undefined ? "new" : current === undefined ? "gone" : "changed";
    return [{ file: path.join(folder, name), change }];
  });
}

function tableOf(members: readonly Member[]): Readonly<Record<string, string>> {
  return Object.fromEntries(memberLines(members));
}

/** None where nothing is on record that we can read. */
async function readRows(layoutFolder: string): Promise<ReadonlyMap<string, FileTable>> {
  const text = (await readTextIfPresent(path.join(layoutFolder, sourcesName))) ?? "";
  if (text.length > mostBytes) return new Map();
  const { rows = {} } = Recorded.safeParse(parseJson(text)).data ?? {};
  return new Map(Object.entries(rows).map(([row, files]) => [row, new Map(Object.entries(files))]));
}
