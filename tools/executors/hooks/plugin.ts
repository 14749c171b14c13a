import { existsSync } from "node:fs";
import path from "node:path";
import type { PostTasksExecution, PreTasksExecution, ProjectGraph } from "@nx/devkit";
import { runFolderOf, runFolderVariable } from "../session/run-place.ts";
import { reachedTargets } from "./reached-targets.ts";

/** Beside the code, which `plugin.cjs` keeps there too: many workspaces can run it. */
const compiledFolder = path.join(import.meta.dirname, "..", "..", "..", ".slipway", "compiled");

/**
 * Before the tasks of a command: what Nx does not hash becomes environment variables that targets declare, and what
 * each target depends on is written down. Nothing for a command that reaches no target of ours, for which nothing is
 * loaded either: Nx loads this file for every command.
 */
export const preTasksExecution: PreTasksExecution = async (_options, context) => {
  const graph = await projectGraph();
  if (graph === undefined) return;
  const targets = reachedTargets(context.argv, graph);
  if (targets.size === 0) return;
  const { openRun } = await import("./open-run.ts");
  const folder = await openRun(context.workspaceRoot, context.id);
  process.env[runFolderVariable] = folder;
  // Most of what a short task takes is loading Nx, our code and what it stands on.
  process.env["NODE_COMPILE_CACHE"] ??= compiledFolder;
  // Nx ends tasks by force 5 s after Ctrl-C: too soon for one that takes away what it had begun on a busy machine.
  process.env["NX_PROCESS_KILL_GRACE_PERIOD"] ??= "30000";
  const { planRun } = await import("./plan-run.ts");
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
  if (!existsSync(runFolderOf(context.workspaceRoot, context.id))) return;
  const { finishRun } = await import("./finish-run.ts");
  const tampered = await finishRun(context.workspaceRoot, context.id, context.taskResults);
  if (tampered.length === 0) return;
  const { tamperedWords } = await import("./tampered-words.ts");
  // What a hook writes is not shown while the daemon runs; what it throws is, and ends the command as it must.
  throw new Error(tamperedWords(tampered, context.taskResults));
};

/** The graph of this command, which Nx has just stored. A command that has none has no tasks either. */
async function projectGraph(): Promise<ProjectGraph | undefined> {
  // Nx loads this file also where it only makes the graph, and waits for it there.
  const { readCachedProjectGraph } = await import("@nx/devkit");
  try {
    return readCachedProjectGraph();
  } catch {
    // Not an error of ours to tell: Nx itself says what is wrong with its graph.
    return undefined;
  }
}
