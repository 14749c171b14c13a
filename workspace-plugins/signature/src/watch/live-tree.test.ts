import { expect, test } from "vitest";
import { ok } from "../result.ts";
import { openLiveTree } from "./live-tree.ts";
import type { Dirty } from "./live-tree.ts";

/** A world of one number; the events about it can be lost, and the readings are counted. */
function openWorld() {
  const world = { value: 0, isLost: false, stamp: "rules", fails: false, doubtful: [""].slice(1) };
  const readings: Dirty[] = [];
  const live = openLiveTree<number, "broken">({
    settle: async () => {
      const { isLost } = world;
      world.isLost = false;
      return isLost ? "lost" : "complete";
    },
    stamp: () => world.stamp,
    doubtful: () => world.doubtful,
    read: async (dirty) => {
      readings.push(dirty);
      const { value, stamp, fails } = world;
      await Promise.resolve();
      return fails ? { ok: false, failure: "broken" } : ok({ value, stamp });
    },
  });
  return { world, live, readings };
}

test("what nothing happened to is read once", async () => {
  const { live, readings } = openWorld();
  expect([await live.current(), await live.current()]).toEqual([ok(0), ok(0)]);
  expect(readings).toEqual(["all"]);
});

test("after a change the folders that it was in are read", async () => {
  const { world, live, readings } = openWorld();
  await live.current();
  world.value = 1;
  live.changed("a");
  live.changed("b");
  live.changed("a");
  expect(await live.current()).toEqual(ok(1));
  expect(await live.current()).toEqual(ok(1));
  expect(readings).toEqual(["all", new Set(["a", "b"])]);
});

test("after lost events everything is read, once", async () => {
  const { world, live, readings } = openWorld();
  await live.current();
  world.value = 1;
  world.isLost = true;
  live.changed("a");
  expect(await live.current()).toEqual(ok(1));
  expect(await live.current()).toEqual(ok(1));
  expect(readings).toEqual(["all", "all"]);
});

test("under other rules everything is read", async () => {
  const { world, live, readings } = openWorld();
  await live.current();
  world.stamp = "other rules";
  world.value = 1;
  expect(await live.current()).toEqual(ok(1));
  expect(readings).toEqual(["all", "all"]);
});

test("what changes while it is read is read again", async () => {
  const { world, live, readings } = openWorld();
  const first = live.current();
  while (readings.length === 0) await Promise.resolve();
  world.value = 1;
  live.changed("a");
  await first;
  expect(await live.current()).toEqual(ok(1));
  expect(readings).toEqual(["all", new Set(["a"])]);
});

test("a failure is told and not kept", async () => {
  const { world, live, readings } = openWorld();
  world.fails = true;
  expect(await live.current()).toEqual({ ok: false, failure: "broken" });
  world.fails = false;
  expect(await live.current()).toEqual(ok(0));
  expect(readings).toEqual(["all", "all"]);
});

test("a question that comes while one is answered gets an answer that was begun after it", async () => {
  const { world, live, readings } = openWorld();
  const first = live.current();
  while (readings.length === 0) await Promise.resolve();
  world.value = 1;
  live.changed("a");
  const second = live.current();
  const third = live.current();
  expect(await Promise.all([first, second, third])).toEqual([ok(0), ok(1), ok(1)]);
  expect(readings).toEqual(["all", new Set(["a"])]);
});

test("what can change without being told is looked at each time", async () => {
  const { world, live, readings } = openWorld();
  await live.current();
  world.doubtful = ["shared"];
  await live.current();
  live.changed("a");
  await live.current();
  expect(readings).toEqual(["all", new Set(["shared"]), new Set(["a", "shared"])]);
});
