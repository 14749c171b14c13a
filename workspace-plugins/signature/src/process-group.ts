import { hasCode } from "./read-text.ts";

/** Of a program that was started as a group of its own, `detached`. */
type RunningGroup<End> = PromiseLike<End> & { readonly pid?: number | undefined };

/**
 * Waits for a program, and ends it with all that it started once the limit is over, the signal aborts, or this process
 * exits. Ending the program alone would leave what it started, which would keep its pipes open.
 */
export async function endingGroup<End>(
  running: RunningGroup<End>,
  { signal, limitMs }: { readonly signal: AbortSignal; readonly limitMs: number },
): Promise<{ readonly end: End; readonly isTimedOut: boolean }> {
  const state = { isTimedOut: false };
  const end = (): void => endGroup(running.pid);
  const timer = setTimeout(() => {
    state.isTimedOut = true;
    end();
  }, limitMs);
  signal.addEventListener("abort", end, { once: true });
  process.once("exit", end);
  try {
    return { end: await running, isTimedOut: state.isTimedOut };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    process.removeListener("exit", end);
  }
}

/** One that is not ours to signal runs all the same. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, ["EPERM"]);
  }
}

/** A group without processes is no error. */
export function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (!hasCode(error, ["ESRCH"])) throw error;
  }
}
