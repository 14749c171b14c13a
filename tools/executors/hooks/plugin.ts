import { readCachedProjectGraph } from "@nx/devkit";
import type { PostTasksExecution, PreTasksExecution, ProjectGraph } from "@nx/devkit";
import { runFolderVariable } from "../session/run-folder.ts";
import { finishRun } from "./finish-run.ts";
import { openRun } from "./open-run.ts";
import { planRun } from "./plan-run.ts";
import { reachedTargets } from "./reached-targets.ts";

/**
 * Before the tasks of a command: what Nx does not hash becomes environment variables that targets declare, and what
 * each target depends on is written down. Nothing for a command that reaches no target of ours.
 */
export const preTasksExecution: PreTasksExecution = async (_options, context) => {
  const graph = projectGraph();
  if (graph === undefined) return;
  const targets = reachedTargets(context.argv, graph);
  if (targets.size === 0) return;
  const folder = await openRun(context.workspaceRoot, context.id);
  process.env[runFolderVariable] = folder;
  const facts = await planRun({
    workspaceRoot: context.workspaceRoot,
    folder,
    graph,
    namedInputs: context.nxJsonConfiguration.namedInputs,
    targets,
  });
  for (const [name, value] of Object.entries(facts)) process.env[name] = value;
};

/** After the tasks: what succeeded is remembered, so that the next command can say what has changed since. */
export const postTasksExecution: PostTasksExecution = async (_options, context) => {
  await finishRun(context.workspaceRoot, context.id, context.taskResults);
};

/** The graph of this command, which Nx has just stored. A command that has none has no tasks either. */
function projectGraph(): ProjectGraph | undefined {
  try {
    return readCachedProjectGraph();
  } catch {
    // Not an error of ours to tell: Nx itself says what is wrong with its graph.
    return undefined;
  }
}
