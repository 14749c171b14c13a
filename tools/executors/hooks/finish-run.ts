import type { TaskResults } from "@nx/devkit";
import { actionsFolder, exists, recordActions } from "@slipway/signature";
import { runFolderOf } from "../session/run-place.ts";
import { readPlannedTarget, writeRunResults } from "../session/run-plan.ts";

const succeeded = new Set(["success", "local-cache", "local-cache-kept-existing", "remote-cache"]);

/** Remembers the actions of what succeeded, as they were before the tasks ran, and how each task ended. */
export async function finishRun(
  workspaceRoot: string,
  id: string,
  results: TaskResults,
): Promise<void> {
  const folder = runFolderOf(workspaceRoot, id);
  if (!(await exists(folder))) return;
  const done = Object.values(results).filter(({ status }) => succeeded.has(status));
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
}
