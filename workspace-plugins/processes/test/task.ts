import type { TaskContext } from "../src/task.ts";

/** A task of a project that lies in the folder of its name. Nothing is asked only once, and nothing is told. */
export function taskOf(
  workspaceRoot: string,
  project: string,
  more: Partial<TaskContext> = {},
): TaskContext {
  return {
    workspaceRoot,
    projectRoot: project,
    projectName: project,
    signal: new AbortController().signal,
    once: (_question, ask) => ask(),
    counted: () => undefined,
    ...more,
  };
}
