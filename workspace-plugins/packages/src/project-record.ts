import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  compareBytes,
  digestOf,
  hexOf,
  isDigest,
  parseJson,
  readTextIfPresent,
} from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import { z } from "zod";
import { namesIn } from "@slipway/signature/names-in";
import { ownName } from "./staging.ts";
import type { Staging } from "./staging.ts";
import type { Store } from "./store-place.ts";

/** Beside the entries of a store: a project that installs from it, and what it has ever installed. */
export type ProjectRecord = {
  /** Absolute, of the record. */
  readonly file: string;
  /** Absolute; has the lock. */
  readonly project: string;
  readonly integrities: readonly Digest[];
};

const schema = z.object({
  schema: z.literal(1),
  project: z.string().min(1),
  integrities: z.array(z.string().refine(isDigest)),
});

/** Names the project among those that share a store, and so its lock. */
export function projectWord(projectFolder: string): string {
  return `project-${hexOf(digestOf(projectFolder)).slice(0, 16)}`;
}

/** What has to be written so that the store knows that a project uses these; `undefined` where it knows. */
export async function dueRecord(
  store: Store,
  project: string,
  integrities: readonly Digest[],
): Promise<ProjectRecord | undefined> {
  const file = recordFile(store, project);
  const before = await readRecord(file);
  const known = new Set(before?.integrities);
  if (before !== undefined && integrities.every((each) => known.has(each))) return undefined;
  const all = [...new Set([...known, ...integrities])].toSorted(compareBytes);
  return { file, project, integrities: all };
}

/** One rename; the staging is that of the project. */
export async function writeRecord(staging: Staging, record: ProjectRecord): Promise<void> {
  const { file, project, integrities } = record;
  const beside = path.join(staging.folder, "record.json");
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(beside, `${JSON.stringify({ schema: 1, project, integrities }, undefined, 2)}\n`);
  await rename(beside, file);
}

export async function readRecords(store: Store): Promise<readonly ProjectRecord[]> {
  const folder = path.join(store.folder, ownName, "projects");
  const records: ProjectRecord[] = [];
  for (const name of (await namesIn(folder)).toSorted(compareBytes)) {
    const record = await readRecord(path.join(folder, name));
    if (record !== undefined) records.push(record);
  }
  return records;
}

async function readRecord(file: string): Promise<ProjectRecord | undefined> {
  const read = schema.safeParse(parseJson((await readTextIfPresent(file)) ?? "")).data;
  return read === undefined ? undefined : { file, ...read };
}

function recordFile(store: Store, project: string): string {
  return path.join(store.folder, ownName, "projects", `${projectWord(project)}.json`);
}
