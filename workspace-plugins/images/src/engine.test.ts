import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import type { Duplex } from "node:stream";
import { digestOf } from "@slipway/signature";
import { describe, expect, it } from "vitest";
import { openEngine } from "./engine.ts";
import type { Engine } from "./engine-port.ts";

const signal = new AbortController().signal;

const inspected = {
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
async function openFakeEngine(answers: Readonly<Record<string, unknown>> = {}) {
  const folder = await mkdtemp(path.join(os.tmpdir(), "slipway-fake-engine-"));
  const asked: string[] = [];
  const sockets = new Set<Duplex>();
  const table: Readonly<Record<string, unknown>> = {
    "GET /version": { Version: "1.0", Os: "linux", Arch: "amd64" },
    "POST /containers/create": { Id: "c1" },
    "GET /containers/c1/json": inspected,
    "DELETE /containers/c1": "",
    ...answers,
  };
  const server = http.createServer((request, response) => {
    const question = `${request.method} ${request.url?.split("?")[0]}`;
    asked.push(question);
    if (question === "POST /containers/c1/start") return kill();
    const answer = table[question];
    if (answer === "never") return;
    response.writeHead(answer === undefined ? 404 : 200, { "Content-Type": "application/json" });
    response.end(
      typeof answer === "string" ? answer : JSON.stringify(answer ?? { message: "no such thing" }),
    );
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
    counted: () => undefined,
    signal,
  });
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  return {
    asked,
    engine: opened.value,
    [Symbol.asyncDispose]: async () => {
      opened.value[Symbol.dispose]();
      kill();
      await rm(folder, { recursive: true });
    },
  };
}

function run(engine: Engine) {
  return engine.run(
    {
      image: digestOf("image"),
      command: ["x"],
      environment: {},
      network: "none",
      readOnlyRoot: false,
      dropCapabilities: [],
      noNewPrivileges: false,
      temporaryFolders: {},
      mounts: [],
      labels: {},
    },
    { stdout: () => undefined, stderr: () => undefined, signal, timeoutMs: 10_000 },
  );
}

describe("openEngine", () => {
  it("knows version and platform from one question", async () => {
    await using fake = await openFakeEngine();
    expect(fake.engine.version).toBe("1.0");
    expect(fake.engine.platform).toEqual({ os: "linux", architecture: "amd64" });
    expect(fake.asked).toEqual(["GET /version"]);
  });

  it("says that the engine is lost when it dies under a run", async () => {
    await using fake = await openFakeEngine();
    expect(await run(fake.engine)).toMatchObject({ ok: false, failure: { reason: "engine-lost" } });
  });

  it("gives the engine's status and words when it refuses", async () => {
    await using fake = await openFakeEngine();
    expect(await fake.engine.tag(digestOf("x"), "a", "b")).toEqual({
      ok: false,
      failure: { reason: "engine-refused", operation: "tag", status: 404, detail: "no such thing" },
    });
  });

  it("says what was unclear when the engine answers in another form", async () => {
    await using fake = await openFakeEngine({ "GET /containers/c1/json": { Id: "c1" } });
    expect(await run(fake.engine)).toMatchObject({
      failure: { reason: "engine-unclear", operation: "inspect" },
    });
    expect(fake.asked).toContain("DELETE /containers/c1");
  });

  it("asks nothing more once it is stopped", async () => {
    await using fake = await openFakeEngine();
    const streams = {
      stdout: () => undefined,
      stderr: () => undefined,
      signal: AbortSignal.abort(),
      timeoutMs: 1000,
    };
    const spec = {
      image: digestOf("image"),
      command: [],
      environment: {},
      network: "none",
      readOnlyRoot: false,
      dropCapabilities: [],
      noNewPrivileges: false,
      temporaryFolders: {},
      mounts: [],
      labels: {},
    };
    expect(await fake.engine.run(spec, streams)).toMatchObject({
      failure: { reason: "engine-interrupted" },
    });
    expect(fake.asked).toEqual(["GET /version"]);
  });
});
