import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { NetworkFailure } from "./failure.ts";
import type { Fault } from "./fault.ts";
import { refusalOf } from "./refusal.ts";
import { findRoute } from "./route.ts";
import type { Answer, FoundRoute, Route } from "./route.ts";

export type Unit = AsyncDisposable & { readonly url: string };

export type Visit = {
  /** What is done to the request instead of, or besides, answering it. */
  readonly fault: Fault | undefined;
  /** Called once, before the client hears of the answer; without a status where it hears nothing. */
  readonly end: (end: Pick<Answer, "item"> & { readonly status?: number }) => void;
};

export type Service = {
  /** Asked for each request: the state behind them can be another one. */
  readonly routes: () => readonly Route[];
  /** Called with each request of a kind as it arrives. */
  readonly visit: (request: {
    readonly method: string;
    readonly path: string;
    readonly kind: string;
  }) => Visit;
  /** Runs the answering of a request of a kind; may hold it back. */
  readonly act: <Value>(work: () => Promise<Value>) => Promise<Value>;
};

const bodyLimitBytes = 16 * 1024 * 1024;
const host = "127.0.0.1";

/** Serves the routes on loopback, on `port` when it is free and on any other port otherwise. */
export async function serveUnit(service: Service, port: number): Promise<Unit> {
  const closing = new AbortController();
  const server = createServer((request, response) => {
    // The response is ended whatever happens; nobody else waits for it.
    void respond(request, response, service, closing.signal);
  });
  server.requestTimeout = 60_000;
  const bound = await listen(server, port).catch((error: unknown) => {
    if (port === 0) throw error;
    return listen(server, 0);
  });
  return {
    url: `http://${host}:${bound}`,
    [Symbol.asyncDispose]: () => {
      closing.abort();
      return close(server);
    },
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  service: Service,
  closing: AbortSignal,
): Promise<void> {
  const url = URL.parse(`http://${host}${request.url ?? "/"}`) ?? undefined;
  const found = url && findRoute(service.routes(), request.method ?? "", url);
  const act = () => answerOf(request, url, found);
  const kind = found === undefined ? "unknown" : found.route.kind;
  if (kind === undefined) {
    send(request, response, await act());
    return;
  }
  const asked = { method: request.method ?? "", path: request.url ?? "/", kind };
  const visit = service.visit(asked);
  const { heard, item } = await disturb(visit.fault, () => service.act(act), closing);
  visit.end({
    ...(heard === undefined ? {} : { status: heard.status }),
    ...(item === undefined ? {} : { item }),
  });
  if (heard !== undefined) send(request, response, heard);
  else if (visit.fault?.fault !== "hang") request.socket.resetAndDestroy();
}

type Disturbed = { readonly heard: Answer | undefined; readonly item: string | undefined };

/** What the client hears, and which item the unit has read. */
async function disturb(
  fault: Fault | undefined,
  act: () => Promise<Answer>,
  closing: AbortSignal,
): Promise<Disturbed> {
  switch (fault?.fault) {
    case undefined:
      return heardWhole(await act());
    case "delay":
      await sleep(fault.delayMs, undefined, { signal: closing }).catch(() => undefined);
      return heardWhole(await act());
    case "html":
      return heardWhole({ status: fault.status, body: page, headers: htmlHeaders });
    case "status":
      return heardWhole({ status: fault.status, body: { error: fault.error } });
    case "lost-response":
      return { ...heardWhole(await act()), heard: undefined };
    case "reset":
    case "hang":
      return { heard: undefined, item: undefined };
  }
}

function heardWhole(answer: Answer): Disturbed {
  return { heard: answer, item: answer.item };
}

const htmlHeaders = { "content-type": "text/html" };

const page = Buffer.from(
  "<!DOCTYPE html>\n<html><head><title>Bad gateway</title></head><body>Try again.</body></html>\n",
);

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const isBytes = answer.body instanceof Uint8Array;
  const bytes = answer.body instanceof Uint8Array ? answer.body : JSON.stringify(answer.body);
  // What is left of a refused body is not worth reading.
  if (!request.complete) response.setHeader("connection", "close");
  response.writeHead(answer.status, {
    "content-type": isBytes ? "application/octet-stream" : "application/json",
    ...answer.headers,
  });
  response.end(bytes);
}

async function answerOf(
  request: IncomingMessage,
  url: URL | undefined,
  found: FoundRoute | undefined,
): Promise<Answer> {
  if (url === undefined || found === undefined) {
    return refuse({ reason: "path-unknown", path: request.url ?? "" });
  }
  try {
    const answer = await found.route.answer({
      path: (name) => found.parameters.get(name) ?? "",
      query: (name) => url.searchParams.get(name) ?? "",
      header: (name) => headerOf(request, name),
      body: () => readBody(request),
    });
    return answer.ok ? answer.value : refuse(answer.failure);
  } catch (error) {
    return { status: 500, body: { error: String(error) } };
  }
}

function refuse(failure: NetworkFailure): Answer {
  const { status, error } = refusalOf(failure);
  return { status, body: { error } };
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === "string" ? value : "";
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
