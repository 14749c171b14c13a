import { createServer, connect } from "node:net";
import path from "node:path";

/** A socket in front of the real engine that notes each request passing through: what the engine was really asked. */
export type EngineProxy = AsyncDisposable & {
  readonly host: string;
  /** `GET /version`, without API version and query. */
  readonly take: () => readonly string[];
};

const request = /^(GET|HEAD|POST|PUT|DELETE) (\S+) HTTP\/1\.1\r\n/;

export async function openEngineProxy(folder: string, engineSocket: string): Promise<EngineProxy> {
  const asked: string[] = [];
  // A client that has sent all its input still waits for the output.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ path: engineSocket, allowHalfOpen: true });
    client.on("data", (bytes) => {
      const [, method, target] = request.exec(bytes.toString("latin1", 0, 4096)) ?? [];
      if (method !== undefined && target !== undefined) {
        asked.push(`${method} ${target.replace(/\?.*/, "").replace(/^\/v[\d.]+/, "")}`);
      }
    });
    client.pipe(engine).pipe(client);
    for (const socket of [client, engine]) {
      socket.on("error", () => {
        client.destroy();
        engine.destroy();
      });
    }
  });
  const socketPath = path.join(folder, "engine.sock");
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    host: `unix://${socketPath}`,
    take: () => asked.splice(0),
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One JSON answer of the engine, by its own API. */
export async function askEngine(engineSocket: string, target: string): Promise<unknown> {
  const { get } = await import("node:http");
  return new Promise((resolve, reject) => {
    const asking = get({ socketPath: engineSocket, path: target }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve(JSON.parse(Buffer.concat(chunks).toString("utf8"))));
    });
    asking.on("error", reject);
  });
}
