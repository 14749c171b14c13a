import { setTimeout as delay } from "node:timers/promises";
import { fail, ok, takeLock } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";

const lookAgainMs = 100;

/** Takes the first of these locks that is free, as soon as one is. */
export async function takeFirst(
  files: readonly string[],
  wait: {
    readonly signal: AbortSignal;
    readonly timeoutMs: number;
    /** Called once, if there is something to wait for. */
    readonly onWait: () => void;
  },
): Promise<Result<Disposable, "stopped" | "too-long">> {
  const { signal, timeoutMs, onWait } = wait;
  const startedAt = performance.now();
  let hasTold = false;
  while (!signal.aborted) {
    for (const file of files) {
      const lock = takeLock(file);
      if (lock !== undefined) return ok(lock);
    }
    if (performance.now() - startedAt > timeoutMs) return fail("too-long");
    if (!hasTold) onWait();
    hasTold = true;
    await delay(lookAgainMs, undefined, { signal }).catch(() => undefined);
  }
  return fail("stopped");
}
