import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { readOutcomes, readRunPlan, readRunResults, runsFolder } from "@slipway/executors/runs";
import type { RunRow } from "@slipway/report";

/** What a run left of its tasks. `undefined` while it lasts, and of one that was cut off. */
export async function readRows(folder: string): Promise<readonly RunRow[] | undefined> {
  const [plan, outcomes, ends] = await Promise.all([
    readRunPlan(folder),
    readOutcomes(folder),
    readRunResults(folder),
  ]);
  // Without a plan nothing tells which tasks are ours: then all of them are shown, without a reason.
  return ends
    ?.filter(({ id }) => plan.size === 0 || plan.has(id))
    .map(({ id, status, durationMs }) => {
      const planned = plan.get(id);
      return {
        id,
        status,
        durationMs,
        outcome: outcomes.get(id),
        isCached: planned?.action.cached ?? false,
        differences: planned?.differences ?? [],
        missingOutputs: planned?.missingOutputs ?? [],
      };
    });
}

/** The folder of the newest run that began since `sinceMs`. */
export async function newestRun(
  workspaceRoot: string,
  sinceMs: number,
): Promise<string | undefined> {
  const runs = runsFolder(workspaceRoot);
  const names = await readdir(runs).catch((): string[] => []);
  const aged = await Promise.all(
    names.map(async (name) => {
      const folder = path.join(runs, name);
      // Another command may have removed it meanwhile.
      const found = await stat(folder).catch(() => undefined);
      return { folder, bornMs: found?.birthtimeMs ?? 0 };
    }),
  );
  return aged.filter(({ bornMs }) => bornMs >= sinceMs).toSorted((a, b) => b.bornMs - a.bornMs)[0]
    ?.folder;
}
