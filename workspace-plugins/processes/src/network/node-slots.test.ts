import { ok } from "@slipway/signature";
import { expect, test } from "vitest";
import { firstSlotOf, slotsSince } from "./node-slots.ts";
import type { Units } from "./units.ts";

/** A node whose process has these items, by slot; it tells what it was asked. */
function nodeWith(items: readonly string[]): Units & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    ask: async ({ url }) => {
      const { searchParams } = new URL(url);
      const [from, to] = [Number(searchParams.get("from")), Number(searchParams.get("to"))];
      asked.push(`${from}-${to}`);
      const edges = items.flatMap((Id, cursor) =>
        cursor >= from && cursor <= to ? [{ cursor, node: nodeOf(Id, cursor) }] : [],
      );
      const text = JSON.stringify({ edges });
      return ok({ status: 200, text, header: () => undefined, attempts: 1 });
    },
  };
}

/** Slot 7 is of the seventh second. */
function nodeOf(Id: string, slot: number): object {
  const Tags = [{ name: "Timestamp", value: String(slot * 1000) }];
  const message = { Id, Owner: "signer", Data: null, Tags: [{ name: "Action", value: "Eval" }] };
  return { message, assignment: { Tags } };
}

const schedule = "http://127.0.0.1:1/p~process@1.0/schedule";

async function slotOf(item: string, items: readonly string[]) {
  const node = nodeWith(items);
  const slot = await firstSlotOf(node, { schedule, newest: items.length - 1 }, item);
  return { slot: slot.ok ? slot.value : slot.failure, asked: node.asked };
}

const others = Array.from({ length: 2500 }, (_, slot) => `other-${slot}`);

test("the newest page is enough for an item that is new, and a repeat is not its slot", async () => {
  expect(await slotOf("mine", [...others.slice(0, 10), "mine", "x", "mine"])).toEqual({
    slot: 10,
    asked: ["0-12"],
  });
});

test("an item whose repeats lie on a page of their own is found on the page before", async () => {
  const items = others.with(1499, "mine").with(1500, "mine").with(2000, "mine");
  expect(await slotOf("mine", items)).toEqual({
    slot: 1499,
    asked: ["1500-2499", "500-1499", "0-499"],
  });
});

test("an item that was never posted has none", async () => {
  expect((await slotOf("mine", others)).slot).toBeUndefined();
});

async function since(seconds: number, items: readonly string[]) {
  const node = nodeWith(items);
  const slots = { schedule, newest: items.length - 1 };
  const listed = await slotsSince(node, slots, new Date(seconds * 1000));
  return { listed: listed.ok ? listed.value : listed.failure, asked: node.asked };
}

test("what came since a moment is listed oldest first, a repeated item once, and no page before it is asked for", async () => {
  const items = [...others, "mine", "theirs", "mine"];
  const tags = [{ name: "Action", value: "Eval" }];
  expect(await since(2500, items)).toEqual({
    listed: [
      { id: "mine", from: "signer", at: 2_500_000, tags },
      { id: "theirs", from: "signer", at: 2_501_000, tags },
    ],
    asked: ["1503-2502"],
  });
});
