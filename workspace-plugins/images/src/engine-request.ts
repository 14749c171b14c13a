import { addAbortListener } from "node:events";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { UnclearAnswer } from "./engine-events.ts";
import type { EngineFailure } from "./engine-failure.ts";

export type Limit = { readonly timeoutMs: number; readonly signal?: AbortSignal };

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
      options.counted(operation);
      return ok(await untilAborted(stop, call(stop)));
    } catch (error) {
      if (stop.aborted && stop.reason === deadline.reason) {
        return fail({ reason: "engine-timeout", operation, timeoutMs: limit.timeoutMs });
      }
      if (stop.aborted) return fail({ reason: "engine-interrupted", operation });
      return fail(failureOf(operation, options.endpoint, error));
    }
  };
  return {
    signal,
    ask,
    tell: async (operation, limit, call) => {
      const answer = await ask(operation, limit, call);
      return answer.ok ? ok(undefined) : answer;
    },
    [Symbol.dispose]: () => closing.abort(),
  };
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
