import path from "node:path";
import { fail, ok, writeFileAtomically } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ModulesFailure } from "./failure.ts";
import { formatLock, lockDifferences } from "./lock.ts";
import { lockFileOf } from "./lock-file.ts";
import type { Synced } from "./sync.ts";

const ofVersion = /^(?<tool>.+)_version$/;

/** Of facts that plugins found: `ruby_version` is that of ruby. */
export function versionsIn(
  facts: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([fact, value]) => {
      const tool = ofVersion.exec(fact)?.groups?.["tool"];
      return tool === undefined ? [] : [[tool, value]];
    }),
  );
}

/** Writes into the lock which versions of languages and tools the workspace has, unless it says so. */
export async function recordVersions(
  synced: Synced,
  versions: Readonly<Record<string, string>>,
  {
    root,
    file,
    isFrozen,
  }: { readonly root: string; readonly file: string; readonly isFrozen: boolean },
): Promise<Result<Synced, ModulesFailure>> {
  const lock = { ...synced.lock, resolvedVersions: versions };
  const [before, after] = [formatLock(synced.lock), formatLock(lock)];
  if (before === after) return ok(synced);
  const differences = lockDifferences(before, after);
  const lockFile = lockFileOf(file);
  if (isFrozen) return fail({ reason: "modules-lock-stale", file: lockFile, differences });
  await writeFileAtomically(path.join(root, lockFile), after);
  return ok({ state: "done", lock, differences: [...synced.differences, ...differences] });
}
