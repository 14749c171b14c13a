import type { Result } from "@slipway/signature";
import { unknown } from "./answer.ts";
import type { Answer } from "./answer.ts";
import type { Authorization, RegistryRequest, Scope } from "./authorization.ts";
import type { RegistryFailure } from "./failure.ts";
import { answered } from "./http.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";
import { apiOf } from "./reference.ts";
import type { RegistryHost, RepositoryName } from "./reference.ts";
import { mayRetry, retrying } from "./retry.ts";
import type { RetryPolicy } from "./retry.ts";

type Use<Value> = (response: HttpResponse) => Promise<Result<Value, RegistryFailure>>;

/** A request of a repository: its path lies below the root of the repository's API. */
type Asked = Omit<HttpRequest, "url"> & {
  readonly path: string;
  readonly actions: Scope["actions"];
};

/** How requests are made: once, repeated as an idempotent step, or asked with three possible answers. */
export type Line = {
  readonly request: (name: RepositoryName, asked: Asked) => RegistryRequest;
  /** Whether the API is there, and open to us. */
  readonly rootRequest: (registry: RegistryHost) => RegistryRequest;
  /** The answer is the caller's to end. */
  readonly open: (
    request: RegistryRequest,
  ) => Promise<Result<HttpResponse & AsyncDisposable, RegistryFailure>>;
  readonly exchange: <Value>(
    request: RegistryRequest,
    use: Use<Value>,
  ) => Promise<Result<Value, RegistryFailure>>;
  readonly step: <Value>(
    attempt: () => Promise<Result<Value, RegistryFailure>>,
  ) => Promise<Result<Value, RegistryFailure>>;
  readonly question: <Value>(
    request: RegistryRequest,
    use: Use<Answer<Value>>,
  ) => Promise<Answer<Value>>;
  /** Waits as long as is fit after so many tries, where another one can help. */
  readonly mayRetry: (tried: number, failure: RegistryFailure) => Promise<boolean>;
  /** The same line without retries, for a request within a step. */
  readonly once: Line;
};

export type LineOptions = {
  readonly authorization: Authorization;
  readonly policy: RetryPolicy;
  readonly signal: AbortSignal;
  /** Hosts that are spoken to without TLS, beside this machine. */
  readonly plainHosts: ReadonlySet<RegistryHost>;
};

export function openLine({ authorization, policy, signal, plainHosts }: LineOptions): Line {
  const exchange: Line["exchange"] = async (request, use) =>
    answered(await authorization.send(request), use);
  const plain: Line = {
    request: (name, { path, actions, ...request }) => ({
      ...request,
      url: new URL(path, apiOf(name, plainHosts)),
      registry: name.registry,
      scopes: [{ repository: name.repository, actions }],
    }),
    rootRequest: (registry) => ({
      method: "GET",
      url: apiOf({ registry }, plainHosts),
      registry,
      scopes: [],
    }),
    open: authorization.send,
    exchange,
    step: (attempt) => attempt(),
    question: async (request, use) => answerOf(await exchange(request, use)),
    mayRetry: (tried, failure) => mayRetry(policy, signal, tried, failure),
    get once() {
      return plain;
    },
  };
  const step: Line["step"] = (attempt) => retrying(policy, signal, attempt);
  return {
    ...plain,
    step,
    question: async (request, use) => answerOf(await step(() => exchange(request, use))),
    once: plain,
  };
}

export function answerOf<Value>(result: Result<Answer<Value>, RegistryFailure>): Answer<Value> {
  return result.ok ? result.value : unknown(result.failure);
}
