import { ok } from "@slipway/signature";
import { expect, test } from "vitest";
import { listHistory } from "./scheduled.ts";
import { slotsSince } from "./node-slots.ts";
import type { Units } from "./units.ts";

/** Answers everything with one message of that time, as a scheduler unit or as a node lists it. */
function answering(unit: "su" | "node", timestamp: string): Units {
  const assigned = [{ name: "Timestamp", value: timestamp }];
  const nodes = {
    su: {
      message: { id: "m", owner: { address: "o" }, tags: [] },
      assignment: { tags: assigned },
    },
    node: { message: { Id: "m", Owner: "o", Tags: [] }, assignment: { Tags: assigned } },
  };
  const edges = [{ cursor: "0", node: nodes[unit] }];
  const text = JSON.stringify({ page_info: { has_next_page: false }, edges });
  return { ask: async () => ok({ status: 200, text, header: () => undefined, attempts: 1 }) };
}

const url = "http://127.0.0.1:1";
const since = new Date(0);
const lists = {
  su: (units: Units) => listHistory({ units, su: url, process: "p" }, since),
  node: (units: Units) => slotsSince(units, { schedule: url, newest: 0 }, since),
};

test.each(["su", "node"] as const)("%s: a message has its time", async (unit) => {
  expect(await lists[unit](answering(unit, "7000"))).toEqual({
    ok: true,
    value: [{ id: "m", from: "o", at: 7000, tags: [] }],
  });
});

test.each([
  ["su", "soon"],
  ["su", "1e17"],
  ["node", "soon"],
  ["node", "-1"],
] as const)("%s: an answer with the time %s cannot be read", async (unit, timestamp) => {
  expect(await lists[unit](answering(unit, timestamp))).toMatchObject({
    failure: { reason: "unit-unreadable", unit },
  });
});
