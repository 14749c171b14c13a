import type { ExecutorContext } from "@nx/devkit";
import { openConsole } from "@slipway/report";
import type { Failure } from "@slipway/report";
import { fail, ok } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { askOnce, noteAsked, noteRunning, recordOutcome, runFolder } from "./run-folder.ts";
import type { World } from "./run-folder.ts";
import { readPlannedInputs, readPlannedTarget } from "./run-plan.ts";
import type { PlannedTarget } from "./run-plan.ts";

export { parseOptions } from "./options.ts";

/** What every executor works with. Ends with `await using`: nothing of it listens any more. */
export type Session = AsyncDisposable & {
  readonly workspaceRoot: string;
  /** Relative to the workspace, with slashes; `.` at its root. */
  readonly projectRoot: string;
  readonly projectName: string;
  readonly target: string;
  /** Aborted by SIGINT, SIGTERM and SIGHUP, and where Nx is gone. */
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
  /** What was found for the task before it began. `undefined`: no hook of ours ran. */
  readonly planned: () => Promise<PlannedTarget | undefined>;
  /** Asks the outside world once per Nx command, across tasks and processes. */
  readonly once: <Value>(question: string, ask: () => Promise<Value>) => Promise<Value>;
  readonly counted: (world: World, question: string) => void;
  /**
   * The work of the task on the inputs that it was planned with. It fails where those could not be found out or are
   * others by now, and works more than once where they were touched meanwhile. What was stopped before does not begin.
   */
  readonly guarded: (
    work: () => Promise<Result<Outcome, Failure>>,
  ) => Promise<Result<Outcome, Failure>>;
  readonly finish: (result: Result<Outcome, Failure>) => Promise<{ success: boolean }>;
};

type Task = { readonly project: string; readonly target: string };

/** Whether Nx runs the task, and serves its result the next time: then it has to know what that depends on. */
function isServed(context: ExecutorContext, { project, target }: Task): boolean {
  const { targets } = context.projectsConfigurations.projects[project] ?? {};
  return process.env["NX_TASK_HASH"] !== undefined && targets?.[target]?.cache === true;
}

export async function openSession(context: ExecutorContext): Promise<Session> {
  const task = { project: context.projectName ?? "", target: context.targetName ?? "" };
  return openTaskSession(context, task, (result) => {
    // Whoever stops a server knows that it has ended.
    const isToldToStop = result.ok && result.value.cause === "stopped";
    if (!isToldToStop) openConsole().result(result);
  });
}

/** The session of one task; a batch has several, and Nx prints what it hands back of each. */
export function openTaskSession(
  context: ExecutorContext,
  task: Task,
  print: (result: Result<Outcome, Failure>) => void,
): Session {
  const folder = runFolder(context.root);
  const stopping = new AbortController();
  const { progress } = openConsole();
  const id = `${task.project}:${task.target}`;
  const running = tryToNote(folder, id);
  const listening = listenForEnd(() => stopping.abort(new Error("stopped by a signal")));
  return {
    workspaceRoot: context.root,
    projectRoot: context.projectsConfigurations.projects[task.project]?.root ?? ".",
    projectName: task.project,
    target: task.target,
    signal: stopping.signal,
    progress,
    planned: async () => readPlannedTarget(folder, id),
    once: async (question, ask) => askOnce(folder, question, ask),
    counted: (world, question) => noteAsked(folder, { world, question, task: id }),
    guarded: async (unguarded) => {
      const work = async () => unguarded().catch(refusedByDisk);
      if (stopping.signal.aborted) return fail({ reason: "run-stopped" });
      if (!running.ok) return refusedByDisk(running.failure);
      const planned = await readPlannedTarget(folder, id);
      if (planned?.state === "unsigned") return fail(planned.failure);
      if (planned === undefined && isServed(context, task)) {
        return fail({ reason: "target-not-planned", target: id });
      }
      const inputs = await readPlannedInputs(folder, id);
      if (inputs === undefined) return work();
      // Only a cached target has planned inputs, and what looks at them takes longer to load than all else here.
      const { guardInputs } = await import("./guard.ts");
      return guardInputs(context.root, inputs, stopping.signal, work);
    },
    finish: async (result) => {
      print(result);
      const recorded = await recordOutcome(folder, id, result).then(() => ok(true), refusedByDisk);
      if (result.ok && !recorded.ok) print(recorded);
      return { success: result.ok && recorded.ok };
    },
    [Symbol.asyncDispose]: async () => {
      listening[Symbol.dispose]();
      if (running.ok) running.value[Symbol.dispose]();
    },
  };
}

/** Where the disk takes no note of a task, the task says so when its work would begin. */
function tryToNote(folder: string, id: string): Result<Disposable, unknown> {
  try {
    return ok(noteRunning(folder, id));
  } catch (error) {
    return fail(error);
  }
}

async function refusedByDisk(error: unknown): Promise<Result<never, Failure>> {
  const { fileSystemFailure } = await import("@slipway/report/file-system-failure");
  const failure = fileSystemFailure(error);
  if (failure === undefined) throw error;
  return fail(failure);
}

/** The last is a terminal that is closed. */
const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Calls `stop` for a signal, and for an Nx that is gone: it would never send one. Nobody reads what we write then, and
 * without a listener the first line of it would end this process amid its cleaning.
 */
function listenForEnd(stop: () => void): Disposable {
  for (const signal of stopSignals) process.on(signal, stop);
  process.on("disconnect", stop);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", stop);
  // Not asked of a process that no other has started with a channel.
  if (process.send !== undefined && !process.connected) stop();
  return {
    [Symbol.dispose]: () => {
      for (const signal of stopSignals) process.off(signal, stop);
      process.off("disconnect", stop);
      for (const stream of [process.stdout, process.stderr]) stream.off("error", stop);
    },
  };
}
