import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fail, ok, writeFileAtomically } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { RegistryCause, ServerFailure } from "../failure.ts";
import { registryConfig } from "./config.ts";
import type { TokenAuth } from "./config.ts";
import { loopback, tryConnect, untilClosed, whoListens } from "./port.ts";
import { startProgram } from "../process.ts";
import type { Running } from "../process.ts";

export type ServeOptions = {
  readonly port: number;
  /** Holds `config.yml`, `registry.log` and `data/`; absolute. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
  /** Called once, when requests are answered. */
  readonly ready: (url: string) => void;
  readonly findProgram: () => Promise<Result<string, ServerFailure>>;
  readonly auth?: TokenAuth | undefined;
};

type Served = Result<Outcome<RegistryCause>, ServerFailure>;

const readyTimeoutMs = 15_000;
const connectEveryMs = 20;

/**
 * Serves until `signal` fires. Where another run serves the port already, waits beside it and takes over when it
 * ends, so that two runs share one registry and neither depends on which came first.
 */
export async function serveRegistry(options: ServeOptions): Promise<Served> {
  const ready = onlyOnce(options.ready);
  while (!options.signal.aborted) {
    const listener = await whoListens(options.port, options.signal);
    if (listener.state === "other") {
      if (options.signal.aborted) break;
      return fail({ reason: "registry-port-taken", port: options.port, answer: listener.answer });
    }
    if (listener.state === "registry") {
      options.progress(`attached to the registry on port ${options.port}`);
      ready(urlOf(options.port));
      await untilClosed(listener.socket, options.signal);
      continue;
    }
    const served = await serveHere({ ...options, ready });
    if (!served.ok) return served;
    if (served.value === "served") return ok(outcome("registry-served", options.port));
  }
  return ok(outcome("registry-attached", options.port));
}

function outcome(cause: RegistryCause, port: number): Outcome<RegistryCause> {
  return { state: "done", cause, facts: { url: urlOf(port) } };
}

/** `outrun`: another run took the port between our look and our start. */
async function serveHere(
  options: ServeOptions,
): Promise<Result<"served" | "outrun", ServerFailure>> {
  const program = await options.findProgram();
  if (!program.ok) return program;
  const configFile = path.join(options.folder, "config.yml");
  const logFile = path.join(options.folder, "registry.log");
  const dataFolder = path.join(options.folder, "data");
  await mkdir(dataFolder, { recursive: true });
  const config = registryConfig({ dataFolder, host: loopback, ...options });
  await writeFileAtomically(configFile, config);

  const running = await startProgram(program.value, ["serve", configFile], {
    cwd: options.folder,
    logFile,
  });
  const started = await untilListening(running, options);
  if (started === "ready") {
    options.progress(`serving ${dataFolder} on port ${options.port}`);
    options.ready(urlOf(options.port));
    const ended = await firstOf(running, options.signal);
    await running.stop();
    if (ended === "stopped") return ok("served");
  }
  await running.stop();
  if (started === "stopped") return ok("served");
  const facts = { program: program.value, logFile } as const;
  if (started === "timeout") {
    const { port } = options;
    return fail({ reason: "registry-never-ready", ...facts, port, timeoutMs: readyTimeoutMs });
  }
  // Also after it seemed ready: what we connected to may have been the other run's all along.
  if (await isRegistryNow(options)) return ok("outrun");
  const { exitCode } = await running.exited;
  const lastLines = await tailOf(logFile);
  return fail({ reason: "registry-exited", ...facts, exitCode, lastLines });
}

/** Connects, without a request, until our own process listens or has ended. */
async function untilListening(
  running: Running,
  { port, signal }: ServeOptions,
): Promise<"ready" | "exited" | "timeout" | "stopped"> {
  let exited = false;
  const end = (async () => {
    await running.exited;
    exited = true;
  })();
  const deadline = performance.now() + readyTimeoutMs;
  while (performance.now() < deadline) {
    await Promise.race([end, sleep(connectEveryMs)]);
    if (signal.aborted) return "stopped";
    if (exited) return "exited";
    const socket = await tryConnect(port);
    socket?.destroy();
    // A program that lost the port to another run ends within moments of its start.
    if (socket !== undefined) {
      await Promise.race([end, sleep(connectEveryMs)]);
      return exited ? "exited" : "ready";
    }
  }
  return "timeout";
}

/** Nx stops a task with all its children, so that the registry may hear of it before we do. */
async function firstOf(running: Running, signal: AbortSignal): Promise<"stopped" | "exited"> {
  const { promise, resolve } = Promise.withResolvers<"stopped">();
  const stop = () => resolve("stopped");
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const ended = running.exited.then(({ wasStopped }) => (wasStopped ? "stopped" : "exited"));
  const first = await Promise.race([promise, ended]);
  signal.removeEventListener("abort", stop);
  return first;
}

async function isRegistryNow(options: ServeOptions): Promise<boolean> {
  const listener = await whoListens(options.port, options.signal);
  if (listener.state === "registry") listener.socket.destroy();
  return listener.state === "registry";
}

async function tailOf(logFile: string): Promise<string> {
  const text = await readFile(logFile, "utf8");
  return text
    .trimEnd()
    .split("\n")
    .slice(-5)
    .join("\n")
    .replaceAll(/[^\P{C}\n]/gu, " ");
}

function urlOf(port: number): string {
  return `http://localhost:${port}`;
}

function onlyOnce(call: (url: string) => void): (url: string) => void {
  let called = false;
  return (url) => {
    if (called) return;
    called = true;
    call(url);
  };
}
