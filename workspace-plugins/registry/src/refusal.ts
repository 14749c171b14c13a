import type { RegistryFailure, ResponseProblem } from "./failure.ts";
import { redactedUrl } from "./http.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";

const mostErrorBytes = 16 * 1024;

/** An answer that was not among the expected ones, with what the registry says about it. */
export async function refusalOf(
  request: HttpRequest,
  response: HttpResponse,
): Promise<RegistryFailure> {
  const errors = errorsIn(await readAtMost(response.chunks, mostErrorBytes));
  const retryAfterSeconds = Number(response.header("retry-after") ?? Number.NaN);
  return {
    reason: "registry-refused",
    method: request.method,
    url: redactedUrl(request.url),
    status: response.status,
    retryable: response.status === 429 || response.status >= 500,
    codes: errors.map((error) => error.code),
    detail: errors.map((error) => error.message).join("; "),
    ...(Number.isFinite(retryAfterSeconds) ? { retryAfterMs: retryAfterSeconds * 1000 } : {}),
  };
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
  try {
    const value: unknown = JSON.parse(bytes?.toString("utf8") ?? "");
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
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
