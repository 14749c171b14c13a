import type * as Http from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import type * as Https from "node:https";
import type { Body } from "./body.ts";

/** A request as it goes on the wire, and what ends it. */
export type Sending = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body | undefined;
  readonly signal: AbortSignal;
};

/** The head of an answer. `drop` ends it, and must be called: the connection is kept where all of the body came. */
export type Received = {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** Throws where the connection ends before the body does. */
  readonly body: AsyncIterable<Uint8Array>;
  readonly drop: () => void;
};

/**
 * By way of `node:http`: `fetch` takes three times the time and the memory for it. No redirect is followed, no encoding
 * undone. Throws what the network does.
 */
export async function exchange(sending: Sending): Promise<Received> {
  const response = await responseTo(sending);
  return {
    status: response.statusCode ?? 0,
    header: (name) => {
      const value = response.headers[name];
      return typeof value === "string" ? value : undefined;
    },
    body: response,
    drop: () => {
      if (response.complete) response.resume();
      else response.destroy();
    },
  };
}

async function responseTo({
  method,
  url,
  headers,
  body,
  signal,
}: Sending): Promise<IncomingMessage> {
  const { request } = clientFor(url);
  const length = body === undefined ? {} : { "content-length": String(body.size) };
  return new Promise((resolve, reject) => {
    // A user in the address would be a credential of the choice of whoever gave it.
    const asking = request(url, { method, headers: { ...headers, ...length }, signal, auth: null });
    asking.once("response", resolve);
    // After the answer has begun, reading its body throws the same.
    asking.on("error", reject);
    sendBody(asking, body).catch((error: unknown) => {
      asking.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
}

/** Loaded here: most commands ask nobody. Not by `import`, for which Node would load its `fetch` too, 15 MB. */
function clientFor({ protocol }: URL): typeof Http | typeof Https {
  return process.getBuiltinModule(protocol === "https:" ? "node:https" : "node:http");
}

/** Ends with the request: who has the answer already may drop both. */
async function sendBody(asking: ClientRequest, body: Body | undefined): Promise<void> {
  if (body !== undefined) {
    for await (const piece of body.stream()) {
      await written(asking, piece);
      if (asking.destroyed) return;
    }
  }
  asking.end();
}

/** When the piece is sent, or never will be. */
function written(asking: ClientRequest, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      asking.off("close", done);
      resolve();
    };
    asking.once("close", done);
    asking.write(piece, done);
  });
}
