import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import { Conditions } from "./conditions.ts";
import type { NetworkConditions } from "./conditions.ts";
import type { NetworkFailure } from "./failure.ts";
import { Fault } from "./fault.ts";
import type { Faults } from "./fault.ts";
import { parseJsonBody } from "./json-body.ts";
import type { RequestLog } from "./request-log.ts";
import { json } from "./route.ts";
import type { Answer, Route, UnitRequest } from "./route.ts";
import type { States } from "./states.ts";
import type { Wallets } from "./wallet.ts";

type Parts = {
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly conditions: NetworkConditions;
  readonly wallets: Wallets;
  readonly states: Pick<States, "save" | "restore" | "names">;
};

/** About the network itself, for tests; no real unit has them. They are never logged or disturbed. */
export function controlRoutes({
  log,
  faults,
  conditions,
  wallets,
  states,
}: Parts): readonly Route[] {
  const disturbances = () => json({ faults: faults.waiting(), conditions: conditions.now() });
  return [
    { method: "GET", path: "/log", answer: () => json(log.counts()) },
    { method: "GET", path: "/log/entries", answer: () => json({ entries: log.entries() }) },
    {
      method: "POST",
      path: "/log/reset",
      answer: () => {
        log.reset();
        return json(log.counts());
      },
    },
    { method: "GET", path: "/faults", answer: disturbances },
    {
      method: "POST",
      path: "/faults",
      answer: async (request) => {
        const body = await request.body();
        const added = body.ok ? parseJsonBody(body.value, z.array(Fault)) : body;
        if (!added.ok) return added;
        faults.add(added.value);
        return disturbances();
      },
    },
    {
      method: "POST",
      path: "/faults/clear",
      answer: () => {
        faults.clear();
        conditions.set(Conditions.parse({}), true);
        return disturbances();
      },
    },
    {
      method: "POST",
      path: "/conditions",
      answer: async (request) => {
        const body = await request.body();
        const change = body.ok ? parseJsonBody(body.value, Change) : body;
        if (!change.ok) return change;
        const changed = parseChange(change.value, conditions.now());
        if (!changed.ok) return changed;
        conditions.set(changed.value, "busyMs" in change.value);
        return disturbances();
      },
    },
    { method: "GET", path: "/wallets", answer: async () => json(await wallets.names()) },
    { method: "POST", path: "/wallets/:name", answer: (request) => openWallet(request, wallets) },
    { method: "GET", path: "/snapshots", answer: async () => json(await states.names()) },
    {
      method: "POST",
      path: "/snapshot/:name",
      answer: (request) => changeState(request, states, "save"),
    },
    {
      method: "POST",
      path: "/restore/:name",
      answer: (request) => changeState(request, states, "restore"),
    },
  ];
}

async function openWallet(
  request: UnitRequest,
  wallets: Wallets,
): Promise<Result<Answer, NetworkFailure>> {
  const name = parseName(request);
  return name.ok ? json(await wallets.open(name.value)) : name;
}

async function changeState(
  request: UnitRequest,
  states: Parts["states"],
  change: "save" | "restore",
): Promise<Result<Answer, NetworkFailure>> {
  const name = parseName(request);
  if (!name.ok) return name;
  const changed = await states[change](name.value);
  return changed.ok ? json(await states.names()) : changed;
}

/** A name becomes the name of a file. */
function parseName(request: UnitRequest): Result<string, NetworkFailure> {
  const name = request.path("name");
  const isName = /^[a-z0-9][a-z0-9-]{0,63}$/.test(name);
  return isName ? ok(name) : fail({ reason: "name-invalid", name });
}

const Change = z.record(z.string(), z.unknown());

/** What is not named stays. */
function parseChange(
  named: Readonly<Record<string, unknown>>,
  conditions: Conditions,
): Result<Conditions, NetworkFailure> {
  const changed = Conditions.safeParse({ ...conditions, ...named });
  if (changed.success) return ok(changed.data);
  return fail({ reason: "body-invalid", detail: z.prettifyError(changed.error) });
}
