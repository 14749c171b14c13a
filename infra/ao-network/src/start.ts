import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { NetworkAddresses } from "./addresses.ts";
import { endOfChild, startNode } from "./child.ts";
import type { Child, ChildEnd } from "./child.ts";
import { controlNetwork } from "./control.ts";
import type { NetworkControl } from "./control.ts";

export type { NetworkAddresses } from "./addresses.ts";
export type { Conditions, ConditionsOptions } from "./conditions.ts";
export { controlNetwork } from "./control.ts";
export type { NetworkControl } from "./control.ts";
export type { Fault, FaultOptions } from "./fault.ts";
export type { LogEntry } from "./request-log.ts";

export type RunningNetwork = NetworkAddresses &
  NetworkControl &
  AsyncDisposable & {
    readonly pid: number;
    /** When the process has ended: whether it was told to, by whomever, or failed. */
    readonly ended: Promise<"stopped" | "failed">;
    /** Ends the process and waits for it; its state stays. */
    readonly stop: () => Promise<void>;
  };

/** The network was told to stop before it was ready. */
export class StoppedEarly extends Error {}

const stoppedEarly = "the AO network was stopped before it was ready";

const stopTimeoutMs = 15_000;
/** Long enough for the first download of the aos WASM. */
const readyTimeoutMs = 200_000;

/** Serves a state folder in a child process, which ends with this one at the latest. */
export async function startNetwork(
  stateFolder: string,
  options: {
    readonly evaluationTimeoutMs?: number;
    /** Stops a network that is not ready yet. */
    readonly signal?: AbortSignal;
  } = {},
): Promise<RunningNetwork> {
  const serve = fileURLToPath(new URL("../serve.cjs", import.meta.url));
  if (options.signal?.aborted === true) throw new StoppedEarly(stoppedEarly);
  const limit = options.evaluationTimeoutMs;
  const limits = limit === undefined ? [] : ["--evaluation-timeout-ms", String(limit)];
  const child = startNode([serve, "--state", stateFolder, "--stop-with-stdin", ...limits]);
  const ended = endOfChild(child);
  const abort = () => child.kill("SIGTERM");
  options.signal?.addEventListener("abort", abort, { once: true });
  const stop = async () => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
    await ended;
    clearTimeout(timer);
  };
  try {
    const addresses = NetworkAddresses.parse(JSON.parse(await readyLine(child, ended)));
    return {
      ...addresses,
      ...controlNetwork(addresses.mu),
      pid: child.pid ?? 0,
      ended: howEnded(ended),
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    options.signal?.removeEventListener("abort", abort);
  }
}

async function howEnded(ended: Promise<ChildEnd>): Promise<"stopped" | "failed"> {
  return (await ended).wasToldTo ? "stopped" : "failed";
}

async function readyLine(child: Child, ended: Promise<ChildEnd>): Promise<string> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    timeout.reject(new Error(`the AO network was not ready in ${readyTimeoutMs} ms`));
  }, readyTimeoutMs);
  const lines = createInterface({ input: child.stdout });
  const line = new Promise<string>((resolve) => lines.once("line", resolve));
  try {
    return await Promise.race([line, timeout.promise, endedEarly(ended)]);
  } finally {
    clearTimeout(timer);
    lines.close();
    child.stdout.resume();
  }
}

async function endedEarly(ended: Promise<ChildEnd>): Promise<never> {
  const { code, wasToldTo } = await ended;
  if (wasToldTo) throw new StoppedEarly(stoppedEarly);
  throw new Error(`the AO network ended with ${code} before it was ready`);
}
