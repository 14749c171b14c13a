import type { Assignment } from "./assignment.ts";
import { json } from "./http.ts";
import type { Route } from "./http.ts";
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
      kind: "message",
      answer: async (request) => {
        const found = scheduler.find(request.query("process-id"), request.path("message"));
        return found.ok ? json(await describe(found.value, key)) : found;
      },
    },
  ];
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
