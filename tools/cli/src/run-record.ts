import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { readOutcomes, readRunPlan, readRunResults, runsFolder } from "@slipway/executors/runs";
import type { PlannedTarget } from "@slipway/executors/runs";
import type { RunRow } from "@slipway/report";

/** A row, and the words of its failure. */
export type RecordedRow = RunRow & { readonly failureText: string | undefined };

/**
 * What a run of these targets left of its tasks: those that ended in the order of their ends, then those that never
 * began. A task that is not ours, such as a server, has a row when it failed. `undefined`: the run was cut off.
 */
export async function readRows(
  folder: string,
  targets: readonly string[],
): Promise<readonly RecordedRow[] | undefined> {
  const [plan, outcomes, ends] = await Promise.all([
    readRunPlan(folder),
    readOutcomes(folder),
    readRunResults(folder),
  ]);
  if (ends === undefined) return undefined;
  const ended = new Set(ends.map(({ id }) => id));
  const shown = [
    // Without a plan nothing tells which tasks are ours: then all of them are shown, without a reason.
    ...ends.filter(
      ({ id, status }) =>
        plan.size === 0 || (plan.has(id) && !isGroup(plan.get(id))) || status === "failure",
    ),
    ...neededBy(plan, targets)
      .filter((id) => !ended.has(id) && !isGroup(plan.get(id)))
      .map((id) => ({ id, status: "skipped", durationMs: 0 }) as const),
  ];
  return shown.map(({ id, status, durationMs }) => {
    const known = knownOf(plan.get(id));
    return {
      id,
      status,
      durationMs,
      outcome: outcomes.get(id),
      isCached: known?.isCached ?? false,
      differences: known?.differences ?? [],
      missingOutputs: known?.missingOutputs ?? [],
      failureText: outcomes.get(id)?.text,
    };
  });
}

/** What only needs others did nothing itself: their rows say what happened. */
function isGroup(planned: PlannedTarget | undefined): boolean {
  return planned !== undefined && planned.state !== "unsigned" && planned.isGroup === true;
}

/** The planned tasks of these targets, with all that they build on. */
function neededBy(
  plan: ReadonlyMap<string, PlannedTarget>,
  targets: readonly string[],
): readonly string[] {
  const isAsked = (id: string): boolean => targets.some((target) => id.endsWith(`:${target}`));
  const needed = new Set([...plan.keys()].filter(isAsked));
  for (const id of needed) {
    for (const upstream of knownOf(plan.get(id))?.upstreams ?? []) needed.add(upstream);
  }
  return [...needed];
}

type Known = {
  readonly isCached: boolean;
  readonly upstreams: readonly string[];
} & Pick<RunRow, "differences" | "missingOutputs">;

/** What is known of a target that has a signature. */
function knownOf(planned: PlannedTarget | undefined): Known | undefined {
  switch (planned?.state) {
    case "recorded":
      return { ...planned, differences: [] };
    case "signed": {
      const { action, differences, missingOutputs } = planned;
      const upstreams = action.upstreams.map((upstream) => upstream.id);
      return { isCached: action.cached, upstreams, differences, missingOutputs };
    }
    case "unsigned":
    case undefined:
      return undefined;
  }
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
