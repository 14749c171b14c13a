import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { openRegistry } from "../src/client.ts";
import type { Registry, RegistryOptions } from "../src/client.ts";
import { parseReference } from "../src/reference.ts";
import type { Reference } from "../src/reference.ts";
import { defaultRetryPolicy } from "../src/retry.ts";

export type Reply = (request: IncomingMessage, response: ServerResponse) => void;

export type OddRegistry = AsyncDisposable & {
  readonly registry: Registry;
  readonly reference: Reference;
  readonly port: number;
  /** Method and URL of each request, in order. */
  readonly asked: readonly string[];
  readonly requests: readonly IncomingMessage[];
  readonly pauses: readonly number[];
};

/** A server that answers the nth request with the nth reply, and the rest with the last. */
export async function serveOdd(
  replies: readonly Reply[],
  options: RegistryOptions = {},
): Promise<OddRegistry> {
  const asked: string[] = [];
  const requests: IncomingMessage[] = [];
  const pauses: number[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    requests.push(request);
    (replies[asked.length - 1] ?? replies.at(-1))?.(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("internal: no port");
  const { port } = address;
  const pause = async (pauseMs: number) => void pauses.push(pauseMs);
  const parsed = parseReference(`127.0.0.1:${port}/a/b:1`);
  if (!parsed.ok) throw new Error("internal: the rig's reference");
  return {
    registry: openRegistry({ retry: { ...defaultRetryPolicy, pause }, ...options }),
    reference: parsed.value,
    port,
    asked,
    requests,
    pauses,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}, body = ""): Reply =>
  (_request, response) => {
    response.writeHead(code, headers).end(body);
  };

export const reset: Reply = (request) => request.socket.destroy();

/** Promises more than it sends, and breaks the connection. */
export const cutOff =
  (code: number, headers: Readonly<Record<string, string>>, body: string): Reply =>
  (request, response) => {
    response.writeHead(code, headers).write(body);
    setImmediate(() => request.socket.destroy());
  };
