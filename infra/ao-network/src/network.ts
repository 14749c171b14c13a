import path from "node:path";
import { ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { NetworkAddresses } from "./addresses.ts";
import type { AosModule } from "./aos-module.ts";
import { openAssignmentsLog } from "./assignments-log.ts";
import { openCompute } from "./compute.ts";
import { computeRoutes } from "./compute-routes.ts";
import { openEvaluation } from "./evaluation.ts";
import type { NetworkFailure } from "./failure.ts";
import { gatewayRoutes } from "./gateway.ts";
import { serveUnit } from "./http.ts";
import { messengerRoutes } from "./messenger.ts";
import { moduleOf } from "./module.ts";
import { openOutbox } from "./outbox.ts";
import { openRequestLog } from "./request-log.ts";
import { openScheduler } from "./scheduler.ts";
import { schedulerRoutes } from "./scheduler-routes.ts";
import { openSnapshots } from "./snapshots.ts";
import { openUnitKey, seedWallet } from "./wallet.ts";

export type Network = AsyncDisposable & { readonly addresses: NetworkAddresses };

export type NetworkOptions = {
  readonly evaluationTimeoutMs: number;
  /** Addresses that clients may still hold: their ports are taken where they are free. */
  readonly previous: NetworkAddresses | undefined;
};

/** Serves the state in a folder that this process owns. */
export async function openNetwork(
  folder: string,
  aos: AosModule,
  { evaluationTimeoutMs, previous }: NetworkOptions,
): Promise<Result<Network, NetworkFailure>> {
  await using stack = new AsyncDisposableStack();
  const wallet = await seedWallet(folder);
  const authority = await openUnitKey(path.join(folder, "messenger-key.json"));
  const scheduling = await openUnitKey(path.join(folder, "scheduler-key.json"));
  const module = moduleOf(aos.digest, authority.address);

  const log = await openAssignmentsLog(path.join(folder, "assignments.jsonl"));
  if (!log.ok) return log;
  stack.use(log.value);
  const accepts = { module: module.id, scheduler: scheduling.address, now: Date.now };
  const scheduler = openScheduler(log.value, accepts);
  const snapshots = stack.use(openSnapshots(path.join(folder, "snapshots"), aos.digest));
  const evaluation = openEvaluation(aos.wasm, evaluationTimeoutMs);
  const compute = openCompute({ scheduler, evaluate: evaluation.evaluate, snapshots, module });
  const outbox = stack.use(openOutbox({ scheduler, compute, key: authority }));
  // Ends before the outbox, which waits for the evaluation it is in.
  stack.use(evaluation);

  const requests = openRequestLog();
  const serve = async (unit: "mu" | "su" | "cu" | "gateway") => {
    const routes = {
      mu: () => messengerRoutes(scheduler, outbox, requests),
      su: () => schedulerRoutes(scheduler, scheduling, Date.now),
      cu: () => computeRoutes(compute),
      gateway: () => gatewayRoutes({ scheduler, module, wasm: aos.wasm }),
    }[unit]();
    const port = previous === undefined ? 0 : Number(new URL(previous[unit]).port);
    const served = await serveUnit(routes, port, (kind) => requests.count(unit, kind));
    return stack.use(served).url;
  };
  const addresses = {
    mu: await serve("mu"),
    su: await serve("su"),
    cu: await serve("cu"),
    gateway: await serve("gateway"),
    module: module.id,
    scheduler: scheduling.address,
    authority: authority.address,
    wallet,
  };
  const owned = stack.move();
  return ok({ addresses, [Symbol.asyncDispose]: () => owned.disposeAsync() });
}
