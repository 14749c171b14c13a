import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { Assignment } from "./assignment.ts";
import { json } from "./route.ts";
import type { Route, UnitRequest } from "./route.ts";
import type { NetworkFailure } from "./failure.ts";
import { signItem } from "./item.ts";
import type { Item } from "./item.ts";
import type { Scheduler } from "./scheduler.ts";
import type { UnitKey } from "./wallet.ts";

/** The scheduler unit over HTTP: what was assigned, and where. */
export function schedulerRoutes(
  scheduler: Scheduler,
  key: UnitKey,
  now: () => number,
): readonly Route[] {
  return [
    { method: "GET", path: "/", answer: () => json({ unit: "su", address: key.address }) },
    {
      method: "GET",
      path: "/timestamp",
      kind: "timestamp",
      answer: () =>
        json({ timestamp: String(now()), block_height: String(scheduler.blockHeight()) }),
    },
    {
      method: "GET",
      path: "/processes/:process",
      kind: "process",
      answer: (request) => {
        const found = scheduler.find(request.path("process"), request.path("process"));
        return found.ok ? json(describeProcess(found.value)) : found;
      },
    },
    {
      method: "GET",
      path: "/:process/latest",
      kind: "latest",
      answer: async (request) => {
        const history = scheduler.history(request.path("process"));
        if (!history.ok) return history;
        const latest = history.value.at(-1);
        if (latest === undefined) throw new Error("internal: a process without an assignment");
        return json(await describe(latest, key));
      },
    },
    {
      method: "GET",
      path: "/:message",
      needs: "process-id",
      kind: "message",
      answer: async (request) => {
        const found = scheduler.find(request.query("process-id"), request.path("message"));
        return found.ok ? json(await describe(found.value, key)) : found;
      },
    },
    {
      method: "GET",
      path: "/:process",
      kind: "assignments",
      answer: async (request) => {
        const history = scheduler.history(request.path("process"));
        if (!history.ok) return history;
        const page = parsePage(request);
        return page.ok ? json(await listPage(history.value, page.value, key)) : page;
      },
    },
  ];
}

/** `from` is left out, `to` is included; both are timestamps in ms, or nonces where one is asked for by nonce. */
const Page = z.object({
  from: z.coerce.number().optional(),
  to: z.coerce.number().optional(),
  fromNonce: z.coerce.number().optional(),
  toNonce: z.coerce.number().optional(),
  limit: z.coerce.number().int().positive().max(1000).default(100),
});
type Page = z.output<typeof Page>;

function parsePage(request: UnitRequest): Result<Page, NetworkFailure> {
  const asked = {
    from: request.query("from"),
    to: request.query("to"),
    fromNonce: request.query("from-nonce"),
    toNonce: request.query("to-nonce"),
    limit: request.query("limit"),
  };
  const named = Object.entries(asked).filter(([, value]) => value !== "");
  const page = Page.safeParse(Object.fromEntries(named));
  if (page.success) return ok(page.data);
  return fail({ reason: "query-invalid", detail: z.prettifyError(page.error) });
}

/** Oldest first; the cursor of an edge is the `from` of what follows it. */
async function listPage(
  history: readonly Assignment[],
  { from, to, fromNonce, toNonce, limit }: Page,
  key: UnitKey,
): Promise<object> {
  const isByNonce = fromNonce !== undefined || toNonce !== undefined;
  const [after, upTo] = isByNonce ? [fromNonce, toNonce] : [from, to];
  const placeOf = ({ nonce, timestampMs }: Assignment) => (isByNonce ? nonce : timestampMs);
  const rest = history.filter(
    (one) => placeOf(one) > (after ?? -Infinity) && placeOf(one) <= (upTo ?? Infinity),
  );
  const page = rest.slice(0, limit);
  return {
    page_info: { has_next_page: page.length < rest.length },
    edges: await Promise.all(
      page.map(async (one) => ({ node: await describe(one, key), cursor: String(placeOf(one)) })),
    ),
  };
}

function describeProcess(spawn: Assignment): object {
  const { id, ...content } = describeItem(spawn.item);
  return {
    process_id: id,
    block: String(spawn.blockHeight),
    timestamp: spawn.timestampMs,
    nonce: spawn.nonce,
    epoch: 0,
    hash_chain: spawn.hashChain,
    ...content,
  };
}

/** A message and its assignment, an item that the scheduler signs. */
async function describe(assignment: Assignment, key: UnitKey): Promise<object> {
  const tags = {
    "Data-Protocol": "ao",
    Variant: "ao.TN.1",
    Type: "Assignment",
    Process: assignment.process,
    Message: assignment.item.id,
    Epoch: "0",
    Nonce: String(assignment.nonce),
    "Hash-Chain": assignment.hashChain,
    "Block-Height": String(assignment.blockHeight),
    Timestamp: String(assignment.timestampMs),
  };
  const signed = await signItem(
    {
      target: "",
      anchor: undefined,
      tags: Object.entries(tags).map(([name, value]) => ({ name, value })),
      data: "",
    },
    key,
  );
  return { message: describeItem(assignment.item), assignment: describeItem(signed) };
}

function describeItem(item: Item) {
  return {
    id: item.id,
    owner: { address: item.owner, key: item.ownerKey },
    target: item.target,
    anchor: item.anchor,
    tags: item.tags,
    data: Buffer.from(item.data).toString("utf8"),
    signature: item.signature,
  };
}
