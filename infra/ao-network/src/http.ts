import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { NetworkFailure } from "./failure.ts";
import { refusalOf } from "./refusal.ts";

export type UnitRequest = {
  /** The value of `:name` in the route's path. */
  readonly path: (name: string) => string;
  readonly query: (name: string) => string;
  readonly body: () => Promise<Result<Uint8Array, NetworkFailure>>;
};

/** Bytes are sent as they are, anything else as JSON. */
export type Answer = { readonly status: number; readonly body: unknown };

export type Route = {
  readonly method: "GET" | "POST";
  /** `/result/:message`; the first route that fits answers. */
  readonly path: string;
  /** Under which it is counted; not counted when absent. */
  readonly kind?: string;
  readonly answer: (
    request: UnitRequest,
  ) => Promise<Result<Answer, NetworkFailure>> | Result<Answer, NetworkFailure>;
};

export type Unit = AsyncDisposable & { readonly url: string };

const bodyLimitBytes = 16 * 1024 * 1024;
const host = "127.0.0.1";

/** Serves the routes on loopback, on `port` when it is free and on any other port otherwise. */
export async function serveUnit(
  routes: readonly Route[],
  port: number,
  count: (kind: string) => void,
): Promise<Unit> {
  const server = createServer((request, response) => {
    // The response is ended whatever happens; nobody else waits for it.
    void respond(request, response, routes, count);
  });
  server.requestTimeout = 60_000;
  const bound = await listen(server, port).catch((error: unknown) => {
    if (port === 0) throw error;
    return listen(server, 0);
  });
  return {
    url: `http://${host}:${bound}`,
    [Symbol.asyncDispose]: () => close(server),
  };
}

export function json(body: unknown, status = 200): Result<Answer, never> {
  return ok({ status, body });
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  routes: readonly Route[],
  count: (kind: string) => void,
): Promise<void> {
  const answer = await answerOf(request, routes, count).catch((error: unknown) => ({
    status: 500,
    body: { error: String(error) },
  }));
  const isBytes = answer.body instanceof Uint8Array;
  const bytes = answer.body instanceof Uint8Array ? answer.body : JSON.stringify(answer.body);
  // What is left of a refused body is not worth reading.
  if (!request.complete) response.setHeader("connection", "close");
  response.writeHead(answer.status, {
    "content-type": isBytes ? "application/octet-stream" : "application/json",
  });
  response.end(bytes);
}

async function answerOf(
  request: IncomingMessage,
  routes: readonly Route[],
  count: (kind: string) => void,
): Promise<Answer> {
  const url = URL.parse(`http://${host}${request.url ?? "/"}`);
  const found = url === null ? undefined : findRoute(routes, request.method ?? "", url.pathname);
  if (url === null || found === undefined) {
    count("unknown");
    return refuse({ reason: "path-unknown", path: request.url ?? "" });
  }
  if (found.route.kind !== undefined) count(found.route.kind);
  const answer = await found.route.answer({
    path: (name) => found.parameters.get(name) ?? "",
    query: (name) => url.searchParams.get(name) ?? "",
    body: () => readBody(request),
  });
  return answer.ok ? answer.value : refuse(answer.failure);
}

function refuse(failure: NetworkFailure): Answer {
  const { status, error } = refusalOf(failure);
  return { status, body: { error } };
}

function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly parameters: ReadonlyMap<string, string> } | undefined {
  for (const route of routes) {
    const parameters = route.method === method ? matchPath(route.path, path) : undefined;
    if (parameters !== undefined) return { route, parameters };
  }
  return undefined;
}

function matchPath(pattern: string, path: string): ReadonlyMap<string, string> | undefined {
  const names = pattern.split("/");
  const parts = path.split("/");
  if (names.length !== parts.length) return undefined;
  const parameters = new Map<string, string>();
  for (const [index, name] of names.entries()) {
    const part = parts[index] ?? "";
    if (name.startsWith(":") && part !== "") parameters.set(name.slice(1), part);
    else if (name !== part) return undefined;
  }
  return parameters;
}

async function readBody(request: IncomingMessage): Promise<Result<Uint8Array, NetworkFailure>> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const stream: AsyncIterable<Uint8Array> = request;
  for await (const chunk of stream) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > bodyLimitBytes) {
      return fail({ reason: "body-too-large", limitBytes: bodyLimitBytes });
    }
    chunks.push(chunk);
  }
  return ok(Buffer.concat(chunks));
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off("error", reject);
      const address = server.address();
      if (address === null || typeof address === "string") {
        throw new Error("internal: a TCP server without an address");
      }
      resolve(address.port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
