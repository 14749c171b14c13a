import { expect, test } from "vitest";
import { openActivity } from "./activity.ts";

test("who acts alone waits for those who act, and holds back those who come later", async () => {
  const activity = openActivity();
  const order: string[] = [];
  const first = Promise.withResolvers<void>();
  const sharing = activity.share(async () => {
    await first.promise;
    order.push("shared");
  });
  const alone = activity.alone(async () => {
    order.push("alone");
    await Promise.resolve();
    order.push("alone ended");
  });
  const later = activity.share(async () => void order.push("later"));
  await Promise.resolve();
  expect(order).toEqual([]);
  first.resolve();
  await Promise.all([sharing, alone, later]);
  expect(order).toEqual(["shared", "alone", "alone ended", "later"]);
});

test("what fails alone stops nobody after it", async () => {
  const activity = openActivity();
  const failed = activity.alone(() => Promise.reject(new Error("no")));
  await expect(failed).rejects.toThrow("no");
  expect(await activity.share(() => Promise.resolve(1))).toBe(1);
  expect(await activity.alone(() => Promise.resolve(2))).toBe(2);
});
