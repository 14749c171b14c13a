import { setTimeout as sleep } from "node:timers/promises";
import type { Result } from "@slipway/signature";
import type { RegistryFailure } from "./failure.ts";

export type RetryPolicy = {
  /** The first try included. */
  readonly tries: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  readonly pause: (pauseMs: number, signal: AbortSignal) => Promise<void>;
};

export const defaultRetryPolicy: RetryPolicy = {
  tries: 4,
  firstPauseMs: 200,
  longestPauseMs: 10_000,
  pause: async (pauseMs, signal) => {
    try {
      await sleep(pauseMs, undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  },
};

/** Repeats what may be repeated: pass a whole idempotent step, not one request of it. */
export async function retrying<Value>(
  policy: RetryPolicy,
  signal: AbortSignal,
  attempt: () => Promise<Result<Value, RegistryFailure>>,
): Promise<Result<Value, RegistryFailure>> {
  for (let tried = 1; ; tried += 1) {
    const result = await attempt();
    if (result.ok || !(await mayRetry(policy, signal, tried, result.failure))) return result;
  }
}

/** Whether another try is left and can help; waits before it says so. */
export async function mayRetry(
  policy: RetryPolicy,
  signal: AbortSignal,
  tried: number,
  failure: RegistryFailure,
): Promise<boolean> {
  if (tried >= policy.tries || signal.aborted || !canRetry(failure)) return false;
  await policy.pause(pauseAfter(policy, tried, failure), signal);
  return true;
}

/** What a registry may ask us to wait; where it asks for more, a person is told and decides. */
const longestAskedMs = 60_000;

function canRetry(failure: RegistryFailure): boolean {
  return "retryable" in failure && failure.retryable && askedMs(failure) <= longestAskedMs;
}

function askedMs(failure: RegistryFailure): number {
  return failure.reason === "registry-refused" ? (failure.retryAfterMs ?? 0) : 0;
}

/** Doubles, with up to half of it taken away at random so that many clients do not come back together. */
function pauseAfter(policy: RetryPolicy, tried: number, failure: RegistryFailure): number {
  const doubled = policy.firstPauseMs * 2 ** (tried - 1) * (1 - Math.random() / 2);
  return Math.max(Math.min(doubled, policy.longestPauseMs), askedMs(failure));
}
