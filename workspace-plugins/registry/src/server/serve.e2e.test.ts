import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tryConnect } from "./port.ts";
import { findProgram } from "./program.ts";
import { freePort } from "./rig.ts";
import { serveRegistry } from "./serve.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-serve-"));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

function start(port: number, name: string) {
  const stopping = new AbortController();
  const lines: string[] = [];
  const ready = Promise.withResolvers<string>();
  const takenOver = Promise.withResolvers<undefined>();
  const done = serveRegistry({
    port,
    folder: path.join(folder, name),
    signal: stopping.signal,
    progress: (line) => {
      lines.push(line);
      if (lines.length === 2) takenOver.resolve(undefined);
    },
    ready: ready.resolve,
    findProgram: () =>
      findProgram({
        folders: (process.env["PATH"] ?? "").split(path.delimiter),
        cacheFolder: folder,
        progress: () => {},
        signal: stopping.signal,
      }),
  });
  return {
    ready: ready.promise,
    takenOver: takenOver.promise,
    done,
    stop: () => stopping.abort(),
    lines,
  };
}

test("a second run attaches, takes over when the first ends, and leaves nothing listening", async () => {
  const port = await freePort();
  const first = start(port, "shared");
  expect(await first.ready).toBe(`http://localhost:${port}`);
  const second = start(port, "shared");
  await second.ready;
  expect(second.lines).toEqual([`attached to the registry on port ${port}`]);
  first.stop();
  expect(await first.done).toMatchObject({ ok: true, value: { cause: "registry-served" } });
  await second.takenOver;
  expect((await fetch(`http://127.0.0.1:${port}/v2/`)).status).toBe(200);
  second.stop();
  expect(await second.done).toMatchObject({ ok: true, value: { cause: "registry-served" } });
  expect(await tryConnect(port)).toBeUndefined();
});

test("two runs that start at once share one registry", async () => {
  const port = await freePort();
  const runs = [start(port, "race"), start(port, "race")];
  await Promise.all(runs.map((run) => run.ready));
  for (const run of runs) run.stop();
  for (const run of runs) expect(await run.done).toMatchObject({ ok: true });
});

test("a port that something else holds is named, and that is left alone", async () => {
  const server = createServer((_request, response) => response.writeHead(418).end());
  const port = await freePort();
  const listening = Promise.withResolvers<undefined>();
  server.listen(port, "127.0.0.1", () => listening.resolve(undefined));
  await listening.promise;
  const failure = { reason: "registry-port-taken", port, answer: "HTTP 418" };
  expect(await start(port, "taken").done).toEqual({ ok: false, failure });
  server.closeAllConnections();
  server.close();
});

test("a program that cannot serve is reported with the end of its log", async () => {
  const port = await freePort();
  const served = await serveRegistry({
    port,
    folder: path.join(folder, "broken"),
    signal: new AbortController().signal,
    progress: () => {},
    ready: () => {},
    findProgram: async () => ({ ok: true, value: "/bin/false" }),
  });
  expect(served).toMatchObject({ failure: { reason: "registry-exited", exitCode: 1 } });
});
