import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { fail, inParallel, ok, takeLock, writeJson } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { settleEnvironment } from "../deploy/settle.ts";
import type { DeployOptions, Effects } from "../deploy/settle.ts";
import type { ProcessesFailure } from "../failure.ts";
import type { TaskContext } from "../task.ts";
import { differencesOf } from "./differences.ts";
import type { Difference } from "./differences.ts";
import { readKept } from "./read-kept.ts";
import { readSent, rebuild } from "./rebuild.ts";
import type { Rebuilding } from "./rebuild.ts";
import { EnvironmentRecord } from "./record.ts";

export type Recovery = {
  /** Relative to the workspace. */
  readonly file: string;
  readonly lockFile: string;
  /** As the network alone tells it; what it cannot tell, as commits, is kept from the record. */
  readonly record: EnvironmentRecord;
  /** What it was compared with. */
  readonly before: EnvironmentRecord;
  readonly differences: readonly Difference[];
};

/** Rebuilds a record from the tags of what was sent and from what the processes say, and compares it with the record. */
export async function recoverRecord(
  task: TaskContext,
  options: DeployOptions,
  effects: Effects = {},
): Promise<Result<Recovery, ProcessesFailure>> {
  const settled = await settleEnvironment(task, options, effects);
  if (!settled.ok) return settled;
  const { ledger, definition } = settled.value;
  const before = await ledger.read();
  if (!before.ok) return before;
  const rebuilt = await rebuildRecord(settled.value, definition.processes, before.value);
  if (!rebuilt.ok) return rebuilt;
  const { file, lockFile } = ledger;
  return ok({ file, lockFile, before: before.value, ...rebuilt.value });
}

/** Each process of the definition; one that it does not name any more is kept as it is recorded. */
export async function rebuildRecord(
  rebuilding: Rebuilding,
  defined: Readonly<Record<string, unknown>>,
  before: EnvironmentRecord,
): Promise<Result<Pick<Recovery, "record" | "differences">, ProcessesFailure>> {
  const sent = await readSent(rebuilding);
  if (!sent.ok) return sent;
  const names = Object.keys(defined);
  const rebuilt = await inParallel(4, names, async (name) => {
    const found = await rebuild(rebuilding, {
      name,
      before: before.processes[name],
      ...sent.value,
    });
    return found.ok ? ok([name, found.value] as const) : found;
  });
  if (!rebuilt.ok) return rebuilt;
  const known = rebuilt.value.flatMap(([name, record]) =>
    record === undefined ? [] : [[name, record] as const],
  );
  const unnamed = Object.entries(before.processes).filter(([name]) => !names.includes(name));
  const processes = Object.fromEntries([...known, ...unnamed]);
  const differences = [
    ...names.flatMap((name) => differencesOf(name, before.processes[name], processes[name])),
    ...unnamed.map(
      ([name, { process }]) =>
        ({ name, about: "definition", recorded: process, found: "kept" }) as const,
    ),
  ];
  return ok({ record: { version: 2, processes }, differences });
}

/** Puts what was recovered in the place of the record, if that is still the one that was compared. */
export async function writeRecovered(
  { workspaceRoot }: Pick<TaskContext, "workspaceRoot">,
  { file, lockFile, record, before }: Recovery,
): Promise<Result<void, ProcessesFailure>> {
  using lock = takeLock(lockFile);
  if (lock === undefined) return fail({ reason: "ao-deploy-running", file: lockFile });
  const none: EnvironmentRecord = { version: 2, processes: {} };
  const now = await readKept(workspaceRoot, file, EnvironmentRecord, none);
  if (!now.ok) return now;
  if (!isDeepStrictEqual(now.value, before)) {
    return fail({ reason: "ao-record-moved", file });
  }
  await writeJson(path.join(workspaceRoot, file), record);
  return ok(undefined);
}
