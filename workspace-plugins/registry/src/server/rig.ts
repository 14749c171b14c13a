import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TokenAuth } from "./config.ts";
import { findProgram } from "./program.ts";
import { serveRegistry } from "./serve.ts";

export type RegistryRig = AsyncDisposable & {
  /** `localhost:<port>` */
  readonly host: string;
  readonly port: number;
  readonly dataFolder: string;
};

/** For tests: the real Docker Distribution on a free loopback port, gone with its data at the end. */
export async function startRegistryRig(auth?: TokenAuth): Promise<RegistryRig> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-registry-"));
  const stopping = new AbortController();
  const { signal } = stopping;
  const port = await freePort();
  const ready = Promise.withResolvers<string>();
  const serving = serveRegistry({
    port,
    folder,
    signal,
    auth,
    progress: () => {},
    ready: ready.resolve,
    findProgram: () =>
      findProgram({
        folders: (process.env["PATH"] ?? "").split(path.delimiter),
        cacheFolder: path.join(tmpdir(), "slipway-tools"),
        progress: () => {},
        signal,
      }),
  });
  const first = await Promise.race([ready.promise, serving]);
  if (typeof first !== "string") throw new Error(`no registry: ${JSON.stringify(first)}`);
  return {
    host: `localhost:${port}`,
    port,
    dataFolder: path.join(folder, "data"),
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await serving;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.listen(0, "127.0.0.1", () => resolve(undefined));
  await promise;
  const address = server.address();
  const closed = Promise.withResolvers<undefined>();
  server.close(() => closed.resolve(undefined));
  await closed.promise;
  if (address === null || typeof address === "string") throw new Error("internal: no port");
  return address.port;
}
