import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Body } from "./body.ts";
import type { RegistryFailure } from "./failure.ts";
import type { Limit } from "./limit.ts";
import { exchange } from "./transport.ts";

export type HttpRequest = {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
};

export type HttpResponse = {
  readonly status: number;
  readonly url: URL;
  readonly header: (name: string) => string | undefined;
  /** Throws a `BrokenResponse` where the connection ends before the body does. */
  readonly chunks: AsyncIterable<Uint8Array>;
};

export type HttpOptions = {
  readonly signal: AbortSignal;
  /** Longest silence before the headers; a body that brings less than 1 KiB in that time is taken for silence. */
  readonly timeoutMs: number;
  readonly counted: (question: string) => void;
  /** Held from the question until the end of its answer. */
  readonly limit: Limit;
};

/** A body that did not come whole, and why. */
export class BrokenResponse extends Error {
  readonly failure: RegistryFailure;
  constructor(failure: RegistryFailure, cause: unknown) {
    super(failure.reason, { cause });
    this.failure = failure;
  }
}

/** A body of this many bytes more buys a second more until the answer. */
const slowestUploadBytesPerSecond = 128 * 1024;
const mostRedirects = 5;
/** What has to come of a body within the time limit. */
const leastBytes = 1024;

/**
 * What `use` makes of an answer. It must be done with the response when it returns: the body is dropped then. What
 * `use` throws passes through; what the network does becomes a failure.
 */
export async function answered<Value>(
  sent: Result<HttpResponse & AsyncDisposable, RegistryFailure>,
  use: (response: HttpResponse) => Promise<Result<Value, RegistryFailure>>,
): Promise<Result<Value, RegistryFailure>> {
  if (!sent.ok) return sent;
  await using response = sent.value;
  try {
    return await use(response);
  } catch (error) {
    if (error instanceof BrokenResponse) return fail(error.failure);
    throw error;
  }
}

/**
 * One request, followed to where a read is sent on to. Credentials stay with the host they are for, and nothing that
 * came by HTTPS goes on without it. What is left of the body is dropped at the end.
 */
export async function send(
  options: HttpOptions,
  request: HttpRequest,
): Promise<Result<HttpResponse & AsyncDisposable, RegistryFailure>> {
  let asked = request;
  for (let followed = 0; ; followed += 1) {
    const sent = await sendOnce(options, asked);
    const target = sent.ok ? redirectOf(asked, sent.value) : undefined;
    if (!sent.ok || target === undefined) return sent;
    await sent.value[Symbol.asyncDispose]();
    const problem = redirectProblem(asked.url, target, followed);
    if (problem !== undefined) {
      const location = redactedUrl(target);
      return fail({ reason: "redirect-refused", ...askedOf(asked), location, problem });
    }
    asked = { ...asked, url: target, headers: headersFor(asked, target) };
  }
}

/** Without user, password and query, which may hold secrets. */
export function redactedUrl(url: URL): string {
  return `${url.origin}${url.pathname}${url.search === "" ? "" : "?…"}`;
}

/** An upload is never sent on to another place; a read may be, to a storage host. */
function redirectOf(request: HttpRequest, response: HttpResponse): URL | undefined {
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (!isRead || ![301, 302, 303, 307, 308].includes(response.status)) return undefined;
  return locationOf(response, request.url);
}

/** Where an answer leads. A user in it would be a credential of the server's choice, and is left away. */
export function locationOf(response: HttpResponse, from: URL): URL | undefined {
  const location = URL.parse(response.header("location") ?? "", from);
  if (response.header("location") === undefined || location === null) return undefined;
  location.username = "";
  location.password = "";
  return location;
}

function redirectProblem(
  from: URL,
  to: URL,
  followed: number,
): "too-many" | "insecure" | undefined {
  if (followed >= mostRedirects) return "too-many";
  return to.protocol === "https:" || to.protocol === from.protocol ? undefined : "insecure";
}

function headersFor(request: HttpRequest, target: URL): Readonly<Record<string, string>> {
  const { authorization, ...others } = request.headers ?? {};
  const isSame = target.origin === request.url.origin && authorization !== undefined;
  return isSame ? { ...others, authorization } : others;
}

function askedOf(request: HttpRequest): { readonly method: string; readonly url: string } {
  return { method: request.method, url: redactedUrl(request.url) };
}

async function sendOnce(
  options: HttpOptions,
  request: HttpRequest,
): Promise<Result<HttpResponse & AsyncDisposable, RegistryFailure>> {
  const slot = await options.limit.acquire();
  const timeoutMs = limitOf(options, request);
  const watch = startWatch(timeoutMs);
  const end = (): void => {
    watch[Symbol.dispose]();
    slot[Symbol.dispose]();
  };
  const asked = askedOf(request);
  const failureOf = (error: unknown): RegistryFailure => {
    if (options.signal.aborted) return { reason: "registry-stopped", ...asked };
    if (watch.signal.aborted) {
      return { reason: "registry-timeout", ...asked, timeoutMs, retryable: true };
    }
    return { reason: "registry-unreachable", ...asked, ...transportFacts(error) };
  };
  options.counted(`${asked.method} ${asked.url}`);
  try {
    const { method, url, body } = request;
    const headers = { "user-agent": "slipway", "accept-encoding": "identity", ...request.headers };
    const signal = AbortSignal.any([options.signal, watch.signal]);
    const answer = await exchange({ method, url, headers, body, signal });
    watch.touch(leastBytes);
    if (isEncoded(answer)) {
      answer.drop();
      end();
      return fail({ reason: "response-invalid", ...asked, problem: "encoding-unasked" });
    }
    const chunks = chunksOf(answer.body, watch.touch, failureOf);
    return ok({
      status: answer.status,
      url,
      header: answer.header,
      chunks,
      [Symbol.asyncDispose]: async () => {
        await chunks.return();
        answer.drop();
        end();
      },
    });
  } catch (error) {
    const failure = failureOf(error);
    end();
    return fail(failure);
  }
}

/** Digests and sizes are of bytes as they are; what unpacks them could make more of them than fits. */
function isEncoded({ status, header }: Pick<HttpResponse, "status" | "header">): boolean {
  const encoding = header("content-encoding") ?? "identity";
  return status < 300 && encoding.toLowerCase() !== "identity";
}

async function* chunksOf(
  body: AsyncIterable<Uint8Array>,
  touch: (bytes: number) => void,
  failureOf: (error: unknown) => RegistryFailure,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of body) {
      touch(chunk.byteLength);
      yield chunk;
    }
  } catch (error) {
    throw new BrokenResponse(failureOf(error), error);
  }
}

function limitOf(options: HttpOptions, request: HttpRequest): number {
  const uploadSeconds = (request.body?.size ?? 0) / slowestUploadBytesPerSecond;
  return options.timeoutMs + Math.ceil(uploadSeconds) * 1000;
}

function startWatch(timeoutMs: number): Disposable & {
  readonly signal: AbortSignal;
  readonly touch: (bytes: number) => void;
} {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  let freshBytes = 0;
  return {
    signal: controller.signal,
    touch: (bytes) => {
      freshBytes += bytes;
      if (freshBytes < leastBytes) return;
      freshBytes = 0;
      timer.refresh();
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

function transportFacts(error: unknown): { readonly retryable: boolean; readonly error: string } {
  const code = codeOf(error);
  const retryable = code === undefined || !/CERT|TLS|SSL|ENOTFOUND/.test(code);
  return { retryable, error: code ?? textOf(error) };
}

/** The innermost `code`, such as ECONNREFUSED. */
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
