import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openEvaluation } from "@slipway/aos";
import type { AosModule, Evaluate } from "@slipway/aos";
import { ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { openActivity } from "./activity.ts";
import type { NetworkAddresses } from "./addresses.ts";
import { openConditions } from "./conditions.ts";
import type { NetworkConditions } from "./conditions.ts";
import { controlRoutes } from "./control-routes.ts";
import type { NetworkFailure } from "./failure.ts";
import { openFaults } from "./fault.ts";
import { serveUnit } from "./http.ts";
import type { Service } from "./http.ts";
import { moduleOf } from "./module.ts";
import { openRequestLog } from "./request-log.ts";
import type { StateParts } from "./state.ts";
import { openStates } from "./states.ts";
import type { States } from "./states.ts";
import { unitRoutes } from "./unit-routes.ts";
import type { UnitRoutes } from "./unit-routes.ts";
import type { UnitName } from "./unit.ts";
import { defaultWallet, openUnitKey, openWallets, walletPool } from "./wallet.ts";

export type Network = AsyncDisposable & { readonly addresses: NetworkAddresses };

export type NetworkOptions = {
  readonly evaluationTimeoutMs: number;
  /** Addresses that clients may still hold: their ports are taken where they are free. */
  readonly previous: NetworkAddresses | undefined;
  /** In place of the WASM, for tests of what is around it. */
  readonly evaluate?: Evaluate;
};

/** Serves the state in a folder that this process owns. */
export async function openNetwork(
  folder: string,
  aos: AosModule,
  { evaluationTimeoutMs, previous, evaluate }: NetworkOptions,
): Promise<Result<Network, NetworkFailure>> {
  await using stack = new AsyncDisposableStack();
  const wallets = openWallets(folder, walletPool(process.env));
  const [wallet, authority, scheduling] = await Promise.all([
    wallets.open(defaultWallet),
    openUnitKey(path.join(folder, "messenger-key.json")),
    openUnitKey(path.join(folder, "scheduler-key.json")),
  ]);
  const [conditions, activity] = [openConditions(Date.now), openActivity()];
  const evaluation = openEvaluation(aos.wasm, evaluationTimeoutMs);
  const closing = new AbortController();
  const parts: StateParts = {
    aos,
    module: moduleOf(aos.digest, authority.address),
    evaluate: slowed(evaluate ?? evaluation.evaluate, conditions, closing.signal),
    // A HyperBEAM node is scheduler and authority at once, by one address.
    schedulers: [scheduling.address, authority.address],
    authority,
  };
  const states = await openStates(folder, parts, activity);
  if (!states.ok) return states;
  stack.use(states.value);
  // Ends before the state, which waits for the evaluation it is in.
  stack.use(evaluation);
  stack.defer(() => closing.abort());

  const [log, faults] = [openRequestLog(), openFaults()];
  const control = controlRoutes({ log, faults, conditions, wallets, states: states.value });
  const routes = routesOfCurrent(states.value, (state) =>
    unitRoutes(state, { ...parts, scheduling, conditions, control }),
  );
  const serve = async (unit: UnitName, address: "mu" | "su" | "cu" | "gateway" | "url") => {
    const service: Service = {
      routes: () => routes()[unit],
      visit: (request) => {
        const fault = faults.take(unit, request.kind);
        const disturbed = fault === undefined ? {} : { fault: fault.fault };
        return { fault, end: log.arrived({ unit, ...request, ...disturbed }) };
      },
      act: activity.share,
    };
    const port = previous === undefined ? 0 : Number(new URL(previous[address]).port);
    return stack.use(await serveUnit(service, port)).url;
  };
  const addresses = {
    mu: await serve("mu", "mu"),
    su: await serve("su", "su"),
    cu: await serve("cu", "cu"),
    gateway: await serve("gateway", "gateway"),
    url: await serve("node", "url"),
    module: parts.module.id,
    scheduler: scheduling.address,
    authority: authority.address,
    wallet: wallet.file,
  };
  const owned = stack.move();
  return ok({ addresses, [Symbol.asyncDispose]: () => owned.disposeAsync() });
}

/** The routes about the state that is current; what they remember goes with it. */
function routesOfCurrent(
  states: States,
  routesOf: (state: ReturnType<States["current"]>) => UnitRoutes,
): () => UnitRoutes {
  const first = states.current();
  const made = { state: first, routes: routesOf(first) };
  return () => {
    const state = states.current();
    if (made.state !== state) Object.assign(made, { state, routes: routesOf(state) });
    return made.routes;
  };
}

/** Evaluates later by what the conditions say, or at once when the network closes. */
function slowed(evaluate: Evaluate, conditions: NetworkConditions, closing: AbortSignal): Evaluate {
  return async (request) => {
    const { evalDelayMs } = conditions.now();
    if (evalDelayMs > 0) {
      await sleep(evalDelayMs, undefined, { signal: closing }).catch(() => undefined);
    }
    return evaluate(request);
  };
}
