import { performServerHandshake } from "node:http2";
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";

/** Makes the bytes of the answer from those of the request. The signal is aborted when nobody waits for it any more. */
export type UnaryMethod = (request: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>;

export const largestMessageBytes = 64 * 1024 * 1024;

/** Of HTTP/2: what may be on its way before the other side has to say that it was read. */
const windowBytes = 1024 * 1024;

export const statuses = {
  deadlineExceeded: 4,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
} as const;

/** What a method throws to end a call with another status than one of an internal error, and without a word in the log. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Unary calls of gRPC over HTTP/2 on one connection, by `/package.Service/Method`. Our own: `@grpc/grpc-js` takes 30 ms to load, half
 * of that for what a connection of two pipes has no use for, and a plugin has 150 ms to its first answer.
 */
export function serveUnary(streams: Duplex, methods: ReadonlyMap<string, UnaryMethod>): void {
  const session = performServerHandshake(streams, {
    settings: { initialWindowSize: windowBytes },
    // In MB. The messages have a limit of their own.
    maxSessionMemory: Number.MAX_SAFE_INTEGER,
  });
  // Of the connection: its end ends the process.
  session.on("error", () => {});
  session.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const method = methods.get(headers[":path"] ?? "");
    // Each call tells of its own end.
    stream.on("error", () => {});
    if (method === undefined) return refuse(stream, statuses.unimplemented, "no such method");
    answerCall(stream, method, timeoutOf(headers["grpc-timeout"]));
  });
}

function answerCall(stream: ServerHttp2Stream, method: UnaryMethod, limitMs: number | undefined) {
  const stop = new AbortController();
  const late = (): void => {
    refuse(stream, statuses.deadlineExceeded, "the deadline has passed");
    stop.abort();
  };
  const timer = limitMs === undefined ? undefined : setTimeout(late, limitMs);
  stream.once("close", () => {
    clearTimeout(timer);
    stop.abort();
  });
  const chunks: Buffer[] = [];
  const got = { bytes: 0 };
  stream
    .on("data", (chunk: Buffer) => {
      got.bytes += chunk.length;
      if (got.bytes <= largestMessageBytes + headBytes) chunks.push(chunk);
      else refuse(stream, statuses.resourceExhausted, "the request is too large");
    })
    .once("end", () => {
      const request = unframed(Buffer.concat(chunks));
      if (request === undefined) return refuse(stream, statuses.internal, "no message");
      method(request, stop.signal).then(
        (answer) => respond(stream, answer),
        (error: unknown) => {
          if (error instanceof Refusal) refuse(stream, error.status, error.message);
          else refuse(stream, statuses.internal, tell(error));
        },
      );
    });
}

function tell(error: unknown): string {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return error instanceof Error ? error.message : String(error);
}

const contentType = "application/grpc+proto";

function respond(stream: ServerHttp2Stream, answer: Uint8Array): void {
  if (answer.length > largestMessageBytes) {
    return refuse(stream, statuses.resourceExhausted, `the answer has ${answer.length} bytes`);
  }
  if (stream.headersSent || stream.destroyed) return;
  stream.respond({ "content-type": contentType }, { waitForTrailers: true });
  stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(framed(answer));
}

function refuse(stream: ServerHttp2Stream, status: number, message: string): void {
  if (stream.headersSent || stream.destroyed) return;
  const told = {
    "content-type": contentType,
    "grpc-status": String(status),
    "grpc-message": encodeURIComponent(message.toWellFormed()),
  };
  stream.respond(told, { endStream: true });
  // What is left of the request is not looked at.
  stream.resume();
}

const headBytes = 5;

/** One byte that says it is not compressed, four of length. */
function framed(bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function unframed(body: Buffer): Buffer | undefined {
  const isWhole =
    body.length >= headBytes && body[0] === 0 && body.readUInt32BE(1) === body.length - headBytes;
  return isWhole ? body.subarray(headBytes) : undefined;
}

const unitsMs: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 0.001,
  n: 0.000_001,
};

/** The longest that a timer holds. */
const longestMs = 2 ** 31 - 1;

function timeoutOf(header: string | readonly string[] | undefined): number | undefined {
  const [, count, unit = ""] = /^(\d{1,8})([HMSmun])$/.exec(String(header)) ?? [];
  if (count === undefined) return undefined;
  return Math.min(Number(count) * (unitsMs[unit] ?? 1), longestMs);
}
