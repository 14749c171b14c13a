import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import type { Duplex } from "node:stream";
import { digestOf } from "@slipway/signature";
import { openEngine } from "../src/engine.ts";

/** What is said to a request: a body, JSON or text, or whatever the function does with the response. */
export type FakeAnswer =
  | string
  | Readonly<Record<string, unknown>>
  | ((response: http.ServerResponse) => void);

/** What an engine says of a container that ended well. */
export const inspected = {
  Id: "c1",
  Image: digestOf("image"),
  State: { ExitCode: 0, OOMKilled: false, Error: "" },
  Config: { User: "", Hostname: "h", Env: null, Cmd: null },
  HostConfig: {
    NetworkMode: "none",
    ReadonlyRootfs: false,
    Privileged: false,
    Memory: 0,
    MemorySwap: 0,
  },
  Mounts: [],
};

/** An engine that speaks HTTP on a socket and can be killed; remembers what it was asked. */
export async function openFakeEngine(answers: Readonly<Record<string, FakeAnswer>> = {}) {
  const folder = await mkdtemp(path.join(os.tmpdir(), "slipway-fake-engine-"));
  const asked: string[] = [];
  const counted: string[] = [];
  const sockets = new Set<Duplex>();
  const table: Readonly<Record<string, FakeAnswer>> = {
    "GET /_ping": "OK",
    "GET /version": { Version: "1.0", Os: "linux", Arch: "amd64" },
    "POST /containers/create": { Id: "c1" },
    "GET /containers/c1/json": inspected,
    "DELETE /containers/c1": "",
    ...answers,
  };
  const answerTo = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    const question = `${request.method} ${request.url?.split("?")[0]}`;
    asked.push(question);
    if (question === "POST /containers/c1/start") return kill();
    const answer = table[question];
    if (typeof answer === "function") return answer(response);
    response.writeHead(answer === undefined ? 404 : 200, { "Content-Type": "application/json" });
    response.end(
      typeof answer === "string" ? answer : JSON.stringify(answer ?? { message: "no such thing" }),
    );
  };
  // After the whole request: who is answered and cut off while still sending sees only that it was cut off.
  const server = http.createServer((request, response) => {
    request.resume().once("end", () => answerTo(request, response));
  });
  server.on("connection", (socket) => sockets.add(socket));
  server.on("upgrade", (_request, socket) => {
    socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
  });
  const kill = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  const socketPath = path.join(folder, "engine.sock");
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const opened = await openEngine({
    host: `unix://${socketPath}`,
    pingEveryMs: 50,
    counted: (question) => counted.push(question),
    signal: new AbortController().signal,
  });
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  return {
    asked,
    /** What the engine's user is told that it cost. */
    counted,
    engine: opened.value,
    kill,
    [Symbol.asyncDispose]: async () => {
      opened.value[Symbol.dispose]();
      kill();
      await rm(folder, { recursive: true });
    },
  };
}
