import type { TaskResults } from "@nx/devkit";
import { actionsFolder, exists, recordActions } from "@slipway/signature";
import { runFolderOf } from "../session/run-place.ts";
import { areOutputsKept } from "../session/kept-outputs.ts";
import { readPlannedTarget, writeRunResults } from "../session/run-plan.ts";

const succeeded = new Set(["success", "local-cache", "local-cache-kept-existing", "remote-cache"]);

/**
 * Remembers the actions of what succeeded, as they were before the tasks ran, and how each task ended. Answers with the
 * tasks that Nx served something else than they made.
 */
export async function finishRun(
  workspaceRoot: string,
  id: string,
  results: TaskResults,
): Promise<readonly string[]> {
  const folder = runFolderOf(workspaceRoot, id);
  if (!(await exists(folder))) return [];
  const tampered = await otherThanKept(workspaceRoot, results);
  const done = Object.values(results).filter(
    ({ task, status }) => succeeded.has(status) && !tampered.includes(task.id),
  );
  const planned = await Promise.all(
    done.map(async ({ task }) => readPlannedTarget(folder, task.id)),
  );
  const actions = planned.flatMap((target) => (target?.state === "signed" ? [target.action] : []));
  await recordActions(actionsFolder(workspaceRoot), actions);
  await writeRunResults(
    folder,
    Object.values(results).map(({ task, status }) => ({
      id: task.id,
      status,
      durationMs: Math.max(0, (task.endTime ?? 0) - (task.startTime ?? 0)),
    })),
  );
  return tampered;
}

/** Nx believes its cache without a look. What it brought back is compared with what the task had made. */
async function otherThanKept(
  workspaceRoot: string,
  results: TaskResults,
): Promise<readonly string[]> {
  const served = Object.values(results).filter(
    ({ status }) => status !== "success" && succeeded.has(status),
  );
  const looked = served.map(async ({ task: { id, hash } }) =>
    hash === undefined || (await areOutputsKept(workspaceRoot, { id, hash })) ? [] : [id],
  );
  return (await Promise.all(looked)).flat();
}
