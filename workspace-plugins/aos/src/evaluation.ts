import { Worker } from "node:worker_threads";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { EvaluationReply } from "./evaluation-protocol.ts";
import type { EvaluationRequest } from "./evaluation-protocol.ts";
import type { EvaluationFailure } from "./failure.ts";

export type Evaluate = (
  request: EvaluationRequest,
) => Promise<Result<EvaluationReply, EvaluationFailure>>;

/** Runs evaluations one after another in a thread; one that lasts longer than the limit ends with its thread. */
export function openEvaluation(
  wasm: Uint8Array,
  timeoutMs: number,
): AsyncDisposable & { readonly evaluate: Evaluate } {
  const state: { worker: Worker | undefined; last: Promise<unknown>; isClosed: boolean } = {
    worker: undefined,
    last: Promise.resolve(),
    isClosed: false,
  };
  const ask = async (request: EvaluationRequest) => {
    if (state.isClosed) return fail({ reason: "evaluation-stopped" } as const);
    state.worker ??= startWorker(wasm);
    const reply = await askWorker(state.worker, request, timeoutMs);
    if (!reply.ok) {
      await state.worker.terminate();
      state.worker = undefined;
    }
    return reply;
  };
  return {
    evaluate: (request) => {
      const reply = state.last.then(() => ask(request));
      state.last = reply.catch(() => undefined);
      return reply;
    },
    [Symbol.asyncDispose]: async () => {
      state.isClosed = true;
      await state.worker?.terminate();
    },
  };
}

function startWorker(wasm: Uint8Array): Worker {
  // The module's own prints would land between the lines of this process.
  const worker = new Worker(new URL("./evaluator.ts", import.meta.url), {
    workerData: wasm,
    stdout: true,
  });
  worker.stdout.resume();
  worker.unref();
  return worker;
}

function askWorker(
  worker: Worker,
  request: EvaluationRequest,
  timeoutMs: number,
): Promise<Result<EvaluationReply, EvaluationFailure>> {
  return new Promise((resolve) => {
    const settle = (end: () => void) => {
      clearTimeout(timer);
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      end();
    };
    const onMessage = (raw: unknown) => {
      settle(() => resolve(ok(EvaluationReply.parse(raw))));
    };
    const onError = (error: unknown) => {
      settle(() => resolve(fail({ reason: "evaluation-failed", detail: String(error) })));
    };
    const onExit = () => {
      settle(() => resolve(fail({ reason: "evaluation-stopped" })));
    };
    const timer = setTimeout(() => {
      settle(() => resolve(fail({ reason: "evaluation-timeout", timeoutMs })));
    }, timeoutMs);
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    worker.postMessage(request, []);
  });
}
