import { rm } from "node:fs/promises";
import path from "node:path";
import { writeJson } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { SettingsFailure } from "../failure.ts";
import { ownFolder, recordFile } from "./environment.ts";
import type { Environment } from "./environment.ts";
import { readKept } from "./read-kept.ts";
import { EnvironmentRecord, Journal } from "./record.ts";
import type { PendingItem, ProcessRecord } from "./record.ts";

/**
 * What is known of one environment between runs. The record is committed, but that of the local network; the journal
 * holds signed messages and stays out of git. Several processes are written at once: each write is whole.
 */
export type Ledger = {
  /** Relative to the workspace. */
  readonly file: string;
  readonly lockFile: string;
  readonly read: () => Promise<Result<EnvironmentRecord, SettingsFailure>>;
  /** The record of one process, from the one before. */
  readonly write: (
    name: string,
    change: (before: ProcessRecord | undefined) => ProcessRecord,
  ) => Promise<ProcessRecord>;
  readonly readJournal: () => Promise<Result<Journal, SettingsFailure>>;
  /** `undefined`: the end of the item is known. */
  readonly journal: (name: string, item: PendingItem | undefined) => Promise<void>;
};

export function openLedger(environment: Environment): Ledger {
  const { workspaceRoot, project, deployTarget } = environment;
  const file = recordFile(environment);
  const journalFile = path.posix.join(ownFolder(project), `${deployTarget}.pending.json`);
  const absolute = (name: string): string => path.join(workspaceRoot, name);
  const read = () =>
    readKept(workspaceRoot, file, EnvironmentRecord, { version: 2, processes: {} });
  const readJournal = () =>
    readKept(workspaceRoot, journalFile, Journal, { version: 2, items: {} });
  const inTurn = openTurns();
  return {
    file,
    lockFile: absolute(path.posix.join(ownFolder(project), `${deployTarget}.lock`)),
    read,
    write: (name, change) =>
      inTurn(async () => {
        const { processes } = readable(await read());
        const record = change(processes[name]);
        const written = sorted({ ...processes, [name]: record });
        await writeJson(absolute(file), { version: 2, processes: written });
        return record;
      }),
    readJournal,
    journal: (name, item) =>
      inTurn(async () => {
        const { [name]: _before, ...others } = readable(await readJournal()).items;
        const items = item === undefined ? others : { ...others, [name]: item };
        if (Object.keys(items).length === 0) await rm(absolute(journalFile), { force: true });
        else await writeJson(absolute(journalFile), { version: 2, items });
      }),
  };
}

/** One after another, in the order of asking. */
function openTurns(): <Value>(work: () => Promise<Value>) => Promise<Value> {
  const turns: { last: Promise<unknown> } = { last: Promise.resolve() };
  return async (work) => {
    const before = turns.last;
    const own = (async () => {
      // Who asked for that turn hears of its failure.
      await before.catch(() => undefined);
      return work();
    })();
    turns.last = own;
    return own;
  };
}

/** It was read when the run began, under the lock. */
function readable<Value>(read: Result<Value, SettingsFailure>): Value {
  if (!read.ok) throw new Error(`internal: ${JSON.stringify(read.failure)}`);
  return read.value;
}

function sorted<Value>(record: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
