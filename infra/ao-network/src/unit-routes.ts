import { fail } from "@slipway/signature";
import { computeRoutes } from "./compute-routes.ts";
import type { NetworkConditions } from "./conditions.ts";
import { gatewayRoutes } from "./gateway.ts";
import { openIntake } from "./intake.ts";
import { messengerRoutes } from "./messenger.ts";
import { nodeRoutes } from "./node-routes.ts";
import type { Route } from "./route.ts";
import { schedulerRoutes } from "./scheduler-routes.ts";
import type { NetworkState, StateParts } from "./state.ts";
import type { UnitName } from "./unit.ts";
import type { UnitKey } from "./wallet.ts";

export type UnitRoutes = Readonly<Record<UnitName, readonly Route[]>>;

type Parts = Pick<StateParts, "aos" | "module" | "authority"> & {
  readonly scheduling: UnitKey;
  readonly conditions: NetworkConditions;
  /** Served by the messenger besides its own. */
  readonly control: readonly Route[];
};

/** What each unit answers about a state. */
export function unitRoutes(
  { scheduler, compute, outbox }: NetworkState,
  { aos, module, authority, scheduling, conditions, control }: Parts,
): UnitRoutes {
  const intake = openIntake(scheduler, conditions);
  const { address } = authority;
  const knownUntilMs = () => Date.now() - conditions.now().indexDelayMs;
  const known = (routes: readonly Route[]) => routes.map((route) => onlyAllowed(route, conditions));
  return {
    mu: [...control, ...messengerRoutes(intake, outbox, scheduler)],
    su: known(schedulerRoutes(scheduler, scheduling, Date.now)),
    cu: known(computeRoutes({ compute, conditions, now: Date.now })),
    gateway: gatewayRoutes({ scheduler, module, wasm: aos.wasm, knownUntilMs }),
    node: known(nodeRoutes({ scheduler, intake, compute, outbox, conditions, address })),
  };
}

/** A unit with a list of processes tells nothing of others. */
function onlyAllowed(route: Route, conditions: NetworkConditions): Route {
  return {
    ...route,
    answer: (request) => {
      const named = request.path("process") || request.query("process-id");
      const process = named.replace(/~process@1\.0$/, "");
      const isRefused = process !== "" && conditions.now().allowed?.includes(process) === false;
      return isRefused ? fail({ reason: "process-refused", process }) : route.answer(request);
    },
  };
}
