import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { takeLock } from "@slipway/signature";

const askEveryMs = 300;

/**
 * Waits until no other `slipway run` goes on in this checkout. Two would share the servers of the one that began first,
 * and Nx takes the end of that one for a failure of the other.
 */
export async function waitForTurn(
  workspaceRoot: string,
  progress: (line: string) => void,
): Promise<Disposable> {
  const file = path.join(workspaceRoot, ".slipway", "run.lock");
  let hasTold = false;
  for (;;) {
    const lock = takeLock(file);
    if (lock !== undefined) return lock;
    if (!hasTold) progress("another slipway run goes on in this checkout: waiting for its end");
    hasTold = true;
    await pause(askEveryMs);
  }
}
