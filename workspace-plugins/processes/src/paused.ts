import { setTimeout as pause } from "node:timers/promises";

/** False when it was stopped meanwhile. */
export async function paused(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
