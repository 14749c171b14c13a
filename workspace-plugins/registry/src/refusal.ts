import { parseJson } from "@slipway/signature/basics";
import type { RegistryFailure, ResponseProblem } from "./failure.ts";
import { BrokenResponse, redactedUrl } from "./http.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";

const mostErrorBytes = 16 * 1024;

/** An answer that was not among the expected ones, with what the registry says about it. */
export async function refusalOf(
  request: HttpRequest,
  response: HttpResponse,
): Promise<RegistryFailure> {
  const errors = errorsIn(await errorBodyOf(response));
  const retryAfterMs = retryAfterIn(response);
  return {
    reason: "registry-refused",
    method: request.method,
    url: redactedUrl(request.url),
    status: response.status,
    retryable: response.status === 429 || response.status >= 500,
    codes: errors.map((error) => error.code),
    detail: errors.map((error) => error.message).join("; "),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/**
 * The same answer with as much of its body as a refusal is told by. It holds no place among the requests under way any
 * longer, so that another one can be made before it is used.
 */
export async function settled(
  response: HttpResponse & AsyncDisposable,
): Promise<HttpResponse & AsyncDisposable> {
  const body = await errorBodyOf(response);
  await response[Symbol.asyncDispose]();
  return { ...response, chunks: inOne(body), [Symbol.asyncDispose]: async () => {} };
}

/** Seconds, or a date by the server's own clock where it tells it (RFC 9110, section 10.2.3). */
function retryAfterIn(response: HttpResponse): number | undefined {
  const text = (response.header("retry-after") ?? "").trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const now = Date.parse(response.header("date") ?? "");
  const afterMs = Date.parse(text) - (Number.isNaN(now) ? Date.now() : now);
  return Number.isNaN(afterMs) ? undefined : Math.max(0, afterMs);
}

/** Nothing where it is too long or breaks off: the status says enough. */
async function errorBodyOf(response: HttpResponse): Promise<Buffer | undefined> {
  try {
    return await readAtMost(response.chunks, mostErrorBytes);
  } catch (error) {
    if (error instanceof BrokenResponse) return undefined;
    throw error;
  }
}

async function* inOne(body: Buffer | undefined): AsyncGenerator<Uint8Array, void, undefined> {
  if (body !== undefined) yield body;
}

/** An answer that the specification does not allow. */
export function invalidAnswer(request: HttpRequest, problem: ResponseProblem): RegistryFailure {
  const { method, url } = request;
  return { reason: "response-invalid", method, url: redactedUrl(url), problem };
}

/** `undefined` when there is more. */
export async function readAtMost(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<Buffer<ArrayBuffer> | undefined> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > limitBytes) return undefined;
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

/** The value of a JSON text, or `undefined`: what a server sends need not be JSON. */
export function jsonOf(bytes: Buffer | undefined): unknown {
  return parseJson(bytes?.toString("utf8") ?? "");
}

export function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

function errorsIn(
  body: Buffer | undefined,
): readonly { readonly code: string; readonly message: string }[] {
  const errors = fieldOf(jsonOf(body), "errors");
  if (!Array.isArray(errors)) return [];
  return errors.slice(0, 3).map((error) => ({
    code: printable(fieldOf(error, "code")),
    message: printable(fieldOf(error, "message")),
  }));
}

/** A server's text on its way to a terminal: short, and without control characters. */
function printable(text: unknown): string {
  return typeof text === "string" ? text.replaceAll(/\p{C}/gu, " ").slice(0, 200) : "";
}
