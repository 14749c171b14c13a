import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { NetworkAddresses } from "./addresses.ts";
import { endOfChild, startNode } from "./child.ts";

export type { NetworkAddresses } from "./addresses.ts";

export type RunningNetwork = NetworkAddresses &
  AsyncDisposable & {
    readonly pid: number;
    /** Ends the process and waits for it; its state stays. */
    readonly stop: () => Promise<void>;
  };

const stopTimeoutMs = 15_000;
/** Long enough for the first download of the aos WASM. */
const readyTimeoutMs = 200_000;

/** Serves a state folder in a child process, which ends with this one at the latest. */
export async function startNetwork(stateFolder: string): Promise<RunningNetwork> {
  const serve = fileURLToPath(new URL("./serve.ts", import.meta.url));
  const child = startNode([serve, "--state", stateFolder, "--stop-with-stdin"]);
  const ended = endOfChild(child);
  const stop = async () => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
    await ended;
    clearTimeout(timer);
  };
  try {
    const addresses = await readyLine(child.stdout, ended);
    return { ...addresses, pid: child.pid ?? 0, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function readyLine(
  output: NodeJS.ReadableStream,
  ended: Promise<{ readonly code: number | null }>,
): Promise<NetworkAddresses> {
  const signal = AbortSignal.timeout(readyTimeoutMs);
  const lines = createInterface({ input: output, signal });
  const first = new Promise<string>((resolve, reject) => {
    lines.once("line", resolve);
    signal.addEventListener("abort", () =>
      reject(new Error("the AO network was not ready in time")),
    );
    void ended.then(({ code }) => reject(new Error(`the AO network ended with ${code}`)), reject);
  });
  return NetworkAddresses.parse(JSON.parse(await first));
}
