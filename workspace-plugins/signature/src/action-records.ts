import path from "node:path";
import { readSuccesses, recordSuccesses } from "./action-index.ts";
import type { Digest } from "./digest.ts";
import type { SignatureFailure } from "./failure.ts";
import { existsSync, readdirSync, rmSync, statSync, utimesSync } from "./file-system.ts";
import { readRecord, recordFile, writeRecord } from "./record-file.ts";
import type { RecordedAction } from "./recorded-action.ts";
import { ok } from "./result.ts";
import type { Result } from "./result.ts";

/** Kept of each target, with the newest: what a consumer was built on may have run again since. */
const keptRecords = 5;

/** Where the actions of the last successes of a workspace's targets are kept. */
export function actionsFolder(workspaceRoot: string): string {
  return path.join(workspaceRoot, ".slipway", "actions");
}

/** Remembers each as the last success of its target. One that is on record already is not written again. */
export async function recordActions(
  folder: string,
  actions: Iterable<RecordedAction>,
): Promise<void> {
  const successes = new Map<string, Digest>();
  for (const action of actions) {
    successes.set(action.target, action.signature);
    await recordOne(recordFile(folder, action.target, action.signature), action);
  }
  if (successes.size > 0) await recordSuccesses(folder, successes);
}

/**
 * The action of a target's last success, or of the one that had `signature` while that is kept. `undefined` where none
 * was recorded, or only one that an older or newer version of this package wrote.
 */
export async function readRecordedAction(
  folder: string,
  id: string,
  signature?: Digest,
): Promise<Result<RecordedAction | undefined, SignatureFailure>> {
  const wanted = signature ?? (await readSuccesses(folder)).get(id);
  if (wanted === undefined) return ok(undefined);
  return readRecord(recordFile(folder, id, wanted), { id, signature: wanted });
}

async function recordOne(file: string, action: RecordedAction): Promise<void> {
  if (existsSync(file)) {
    // The newest is the last success, should the index be lost.
    const now = new Date();
    utimesSync(file, now, now);
    return;
  }
  await writeRecord(file, action);
  removeOldest(path.dirname(file));
}

function removeOldest(folder: string): void {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  if (names.length <= keptRecords) return;
  const aged = names.map((name) => {
    const file = path.join(folder, name);
    // Another command may have removed it meanwhile.
    const found = statSync(file, { throwIfNoEntry: false });
    return { file, changedMs: found?.mtimeMs ?? 0 };
  });
  for (const { file } of aged.toSorted((a, b) => b.changedMs - a.changedMs).slice(keptRecords)) {
    rmSync(file, { force: true });
  }
}
