import { gzipSync } from "node:zlib";
import { answer } from "./memory-registry.ts";
import type { Fault, Reply } from "./memory-registry.ts";

/** Another answer than the right one. */
export const says =
  (status: number, headers: Readonly<Record<string, string>> = {}, body = ""): Fault =>
  (_reply, response) => {
    response.writeHead(status, headers).end(body);
  };

/** The right answer with some of its headers otherwise; `undefined` leaves one away. */
export const withHeaders =
  (changed: Readonly<Record<string, string | undefined>>): Fault =>
  (reply, response) => {
    const right = reply();
    answer({ ...right, headers: headersOf(right, changed) }, response);
  };

/** The right headers and another body, whose length is told as it is. */
export const withBody =
  (change: (body: Buffer) => Buffer): Fault =>
  (reply, response) => {
    const right = reply();
    const body = change(right.body);
    const headers = headersOf(right, { "content-length": String(body.byteLength) });
    answer({ ...right, headers, body }, response);
  };

export const resets: Fault = (_reply, _response, request) => {
  request.socket.destroy();
};

/** The right headers, so much of the body, and the end of the connection. */
export const breaksAfter =
  (bytes: number): Fault =>
  (reply, response, request) => {
    const { status, headers, body } = reply();
    response.writeHead(status, headers).write(body.subarray(0, bytes));
    setImmediate(() => request.socket.destroy());
  };

/** What was asked for is done, and nobody hears of it. */
export const lost =
  (fault: Fault): Fault =>
  (reply, response, request) => {
    const done = reply();
    fault(() => done, response, request);
  };

/** Never says a word. */
export const hangs: Fault = () => {};

/** The right headers, so much of the body, and silence. */
export const hangsAfter =
  (bytes: number): Fault =>
  (reply, response) => {
    const { status, headers, body } = reply();
    response.writeHead(status, headers);
    response.flushHeaders();
    if (bytes > 0) response.write(body.subarray(0, bytes));
  };

/** A body without an end, as quick as it is taken; `stopped` is called when nobody takes it any longer. */
export const endless =
  (status: number, stopped: (sentBytes: number) => void): Fault =>
  (_reply, response) => {
    const piece = Buffer.alloc(64 * 1024, " ");
    let sentBytes = 0;
    const send = (): void => {
      while (!response.destroyed) {
        sentBytes += piece.byteLength;
        if (!response.write(piece)) return;
      }
    };
    response.writeHead(status).on("drain", send);
    response.once("close", () => stopped(sentBytes));
    send();
  };

/** The right answer, one byte at a time. */
export const drips =
  (everyMs: number): Fault =>
  (reply, response) => {
    const { status, headers, body } = reply();
    let sent = 0;
    response.writeHead(status, headers);
    const timer = setInterval(() => {
      response.write(body.subarray(sent, sent + 1));
      sent += 1;
    }, everyMs);
    response.once("close", () => clearInterval(timer));
  };

/** A small body that unpacks into so many zeros, for who would unpack it. */
export function bomb(unpackedBytes: number): Fault {
  const body = gzipSync(Buffer.alloc(unpackedBytes));
  const headers = { "content-encoding": "gzip", "content-length": String(body.byteLength) };
  return (_reply, response) => answer({ status: 200, headers, body }, response);
}

function headersOf(
  { headers }: Reply,
  changed: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const entries = Object.entries({ ...headers, ...changed });
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
