import { fail } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { RegistryFailure } from "./failure.ts";

export type HttpRequest = {
  readonly method: "GET" | "HEAD" | "POST" | "PUT";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Blob;
};

export type HttpResponse = {
  readonly status: number;
  readonly url: URL;
  readonly header: (name: string) => string | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
};

export type HttpOptions = {
  readonly signal: AbortSignal;
  /** Longest silence before the headers and between two pieces of a body. */
  readonly timeoutMs: number;
  readonly counted: (question: string) => void;
};

/** A body of this many bytes more buys a second more until the answer. */
const slowestUploadBytesPerSecond = 128 * 1024;

/**
 * One request. `use` must be done with the response when it returns: the body is dropped then. What `use` throws
 * passes through; what the network does becomes a failure.
 */
export async function exchange<Value>(
  options: HttpOptions,
  request: HttpRequest,
  use: (response: HttpResponse) => Promise<Result<Value, RegistryFailure>>,
): Promise<Result<Value, RegistryFailure>> {
  const timeoutMs = limitOf(options, request);
  using watch = startWatch(timeoutMs);
  const asked = { method: request.method, url: redactedUrl(request.url) };
  try {
    const signal = AbortSignal.any([options.signal, watch.signal]);
    options.counted(`${asked.method} ${asked.url}`);
    const response = await ask(request, signal);
    watch.touch();
    try {
      return await use(viewOf(request, response, watch.touch));
    } finally {
      if (!response.bodyUsed) await response.body?.cancel();
    }
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    if (options.signal.aborted) return fail({ reason: "registry-stopped", ...asked });
    if (watch.signal.aborted) {
      return fail({ reason: "registry-timeout", ...asked, timeoutMs, retryable: true });
    }
    return fail({
      reason: "registry-unreachable",
      ...asked,
      retryable: error.retryable,
      error: error.message,
    });
  }
}

/** Without user, password and query, which may hold secrets. */
export function redactedUrl(url: URL): string {
  return `${url.origin}${url.pathname}${url.search === "" ? "" : "?…"}`;
}

class TransportError extends Error {
  readonly retryable: boolean;
  constructor(cause: unknown) {
    const code = codeOf(cause);
    super(code ?? textOf(cause), { cause });
    this.retryable = code === undefined || !/CERT|TLS|SSL|ENOTFOUND/.test(code);
  }
}

async function ask(request: HttpRequest, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(request.url, {
      method: request.method,
      headers: { "user-agent": "slipway", "accept-encoding": "identity", ...request.headers },
      body: request.body ?? null,
      // An upload is never sent on to another place; a read may be, to a storage host.
      redirect: request.method === "GET" || request.method === "HEAD" ? "follow" : "manual",
      signal,
    });
  } catch (error) {
    throw new TransportError(error);
  }
}

function viewOf(request: HttpRequest, response: Response, touch: () => void): HttpResponse {
  return {
    status: response.status,
    url: response.url === "" ? request.url : new URL(response.url),
    header: (name) => response.headers.get(name) ?? undefined,
    chunks: chunksOf(response.body, touch),
  };
}

async function* chunksOf(
  body: ReadableStream<Uint8Array> | null,
  touch: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (body === null) return;
  try {
    for await (const chunk of body) {
      touch();
      yield chunk;
    }
  } catch (error) {
    throw new TransportError(error);
  }
}

function limitOf(options: HttpOptions, request: HttpRequest): number {
  const uploadSeconds = (request.body?.size ?? 0) / slowestUploadBytesPerSecond;
  return options.timeoutMs + Math.ceil(uploadSeconds) * 1000;
}

function startWatch(timeoutMs: number): Disposable & {
  readonly signal: AbortSignal;
  readonly touch: () => void;
} {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  return {
    signal: controller.signal,
    touch: () => {
      timer.refresh();
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** The innermost `code`, such as ECONNREFUSED: `fetch` wraps it twice. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const inner = codeOf(error.cause);
  if (inner !== undefined) return inner;
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? textOf(error.cause) : error.message;
}
