import { expect, test } from "vitest";
import { Conditions, openConditions } from "./conditions.ts";

test("so many items as asked for are ghosts, and no more", () => {
  const conditions = openConditions(() => 0);
  conditions.set(Conditions.parse({ acceptNoAssign: 2 }), false);
  expect([1, 2, 3].map(() => conditions.takeGhost())).toEqual([true, true, false]);
  expect(conditions.now().acceptNoAssign).toBe(0);
});

test("the unit is busy from when it was told so, for as long as it was told", () => {
  const clock = { ms: 1_000 };
  const conditions = openConditions(() => clock.ms);
  const busy = Conditions.parse({ busyMs: 50 });
  conditions.set(busy, true);
  const busyAt = (ms: number) => {
    clock.ms = ms;
    return conditions.isBusy();
  };
  expect([1_000, 1_049, 1_050].map(busyAt)).toEqual([true, true, false]);
  conditions.set({ ...busy, evalDelayMs: 5 }, false);
  expect(busyAt(1_060)).toBe(false);
  conditions.set(busy, true);
  expect(busyAt(1_100)).toBe(true);
});
