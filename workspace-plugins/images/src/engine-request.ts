import { addAbortListener } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { UnclearAnswer } from "./engine-events.ts";
import { isDiskFull } from "./engine-failure.ts";
import type { EngineFailure } from "./engine-failure.ts";

export type Limit = {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** A question that is asked by the clock says nothing of what was done. */
  readonly isUncounted?: boolean;
};

type Call<Value> = (signal: AbortSignal) => Promise<Value>;

/** Asks an engine: counts the question, bounds it in time, and turns what its client throws into a failure. */
export type EngineRequests = Disposable & {
  /** Aborted at the end of the engine's use. */
  readonly signal: AbortSignal;
  readonly ask: <Value>(
    operation: string,
    limit: Limit,
    call: Call<Value>,
  ) => Promise<Result<Value, EngineFailure>>;
  /** As `ask`, for what takes long: a lost engine ends it within seconds, though nothing is heard of its connection. */
  readonly askLong: <Value>(
    operation: string,
    limit: Limit,
    call: Call<Value>,
  ) => Promise<Result<Value, EngineFailure>>;
  /** Asks the engine by the clock if it is there. Answers when it is not, or nothing once `settled`. */
  readonly untilLost: (
    operation: string,
    settled: AbortSignal,
  ) => Promise<EngineFailure | undefined>;
  /** For a request whose answer says nothing. */
  readonly tell: (
    operation: string,
    limit: Limit,
    call: Call<unknown>,
  ) => Promise<Result<void, EngineFailure>>;
};

export function openEngineRequests(options: {
  readonly endpoint: string;
  readonly counted: (question: string) => void;
  readonly ping: Call<unknown>;
  /** How often a long request asks if the engine is there; the answer may take twice as long. */
  readonly pingEveryMs: number;
}): EngineRequests {
  const closing = new AbortController();
  const signal = closing.signal;
  const ask: EngineRequests["ask"] = async (operation, limit, call) => {
    const deadline = AbortSignal.timeout(limit.timeoutMs);
    const stop = AbortSignal.any([
      deadline,
      signal,
      ...(limit.signal === undefined ? [] : [limit.signal]),
    ]);
    try {
      stop.throwIfAborted();
      if (limit.isUncounted !== true) options.counted(operation);
      return ok(await untilAborted(stop, call(stop)));
    } catch (error) {
      if (stop.aborted && stop.reason === deadline.reason) {
        return fail({ reason: "engine-timeout", operation, timeoutMs: limit.timeoutMs });
      }
      if (stop.aborted) return fail({ reason: "engine-interrupted", operation });
      return fail(failureOf(operation, options.endpoint, error));
    }
  };
  const untilLost: EngineRequests["untilLost"] = async (operation, settled) => {
    const over = AbortSignal.any([settled, signal]);
    const limit = { timeoutMs: 2 * options.pingEveryMs, signal: over, isUncounted: true };
    for (;;) {
      await delay(options.pingEveryMs, undefined, { signal: over }).catch(() => undefined);
      const answer = await ask("ping", limit, options.ping);
      if (over.aborted) return undefined;
      if (!answer.ok) return { reason: "engine-lost", operation, detail: "no answer to a ping" };
    }
  };
  return {
    signal,
    ask,
    untilLost,
    askLong: async (operation, limit, call) => {
      using settled = abortOnDispose();
      const stop = AbortSignal.any([settled.signal, ...(limit.signal ? [limit.signal] : [])]);
      const answered = ask(operation, { ...limit, signal: stop }, call);
      const lost = untilLost(operation, settled.signal).then(async (failure) =>
        failure === undefined ? answered : fail(failure),
      );
      return await Promise.race([answered, lost]);
    },
    tell: async (operation, limit, call) => {
      const answer = await ask(operation, limit, call);
      return answer.ok ? ok(undefined) : answer;
    },
    [Symbol.dispose]: () => closing.abort(),
  };
}

function abortOnDispose(): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  return { signal: controller.signal, [Symbol.dispose]: () => controller.abort() };
}

/** Some requests of the client never settle once their engine is gone, so the signal must end the wait itself. */
async function untilAborted<Value>(signal: AbortSignal, answer: Promise<Value>): Promise<Value> {
  const aborted = Promise.withResolvers<never>();
  using _listener = addAbortListener(signal, () => aborted.reject(new Error("aborted")));
  return await Promise.race([answer, aborted.promise]);
}

function failureOf(operation: string, endpoint: string, error: unknown): EngineFailure {
  if (error instanceof UnclearAnswer) {
    return { reason: "engine-unclear", operation, detail: error.message };
  }
  const detail = detailOf(error);
  if (field(error, "syscall") === "connect") return { reason: "engine-absent", endpoint, detail };
  if (isDiskFull(detail)) return { reason: "engine-disk-full", operation, detail };
  const status = field(error, "statusCode");
  if (typeof status === "number") return { reason: "engine-refused", operation, status, detail };
  if (typeof field(error, "code") === "string") return { reason: "engine-lost", operation, detail };
  throw error;
}

/** The engine's own sentence: its client puts `(HTTP code 409) conflict - ` before it. */
function detailOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.replace(/^\(HTTP code \d+\) [^-]*- /, "").trim();
}

function field(error: unknown, name: string): unknown {
  return typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined;
}
