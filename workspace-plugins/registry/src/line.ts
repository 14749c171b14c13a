import type { Result } from "@slipway/signature";
import { unknown } from "./answer.ts";
import type { Answer } from "./answer.ts";
import type { RegistryFailure } from "./failure.ts";
import { exchange } from "./http.ts";
import type { HttpOptions, HttpRequest, HttpResponse } from "./http.ts";
import { retrying } from "./retry.ts";
import type { RetryPolicy } from "./retry.ts";

type Use<Value> = (response: HttpResponse) => Promise<Result<Value, RegistryFailure>>;

/** How requests are made: once, repeated as an idempotent step, or asked with three possible answers. */
export type Line = {
  readonly exchange: <Value>(
    request: HttpRequest,
    use: Use<Value>,
  ) => Promise<Result<Value, RegistryFailure>>;
  readonly step: <Value>(
    attempt: () => Promise<Result<Value, RegistryFailure>>,
  ) => Promise<Result<Value, RegistryFailure>>;
  readonly question: <Value>(
    request: HttpRequest,
    use: Use<Answer<Value>>,
  ) => Promise<Answer<Value>>;
  /** The same line without retries, for a request within a step. */
  readonly once: Line;
};

export function openLine(http: HttpOptions, policy: RetryPolicy): Line {
  const plain: Line = {
    exchange: (request, use) => exchange(http, request, use),
    step: (attempt) => attempt(),
    question: async (request, use) => answerOf(await exchange(http, request, use)),
    get once() {
      return plain;
    },
  };
  const step: Line["step"] = (attempt) => retrying(policy, http.signal, attempt);
  return {
    exchange: plain.exchange,
    step,
    question: async (request, use) => answerOf(await step(() => exchange(http, request, use))),
    once: plain,
  };
}

function answerOf<Value>(result: Result<Answer<Value>, RegistryFailure>): Answer<Value> {
  return result.ok ? result.value : unknown(result.failure);
}
