import { expect, test } from "vitest";
import { noPatience, retryWaits } from "./retry-waits.ts";

test.each([
  [noPatience, []],
  [{ withinMs: 1000, retries: 1 }, [1000]],
  [{ withinMs: 7000, retries: 3 }, [1000, 2000, 4000]],
])("%j", (patience, expected) => {
  expect(retryWaits(patience)).toEqual(expected);
});

test("the waits together are never longer than the time there is", () => {
  for (let retries = 0; retries <= 10; retries += 1) {
    const waits = retryWaits({ withinMs: 29_999, retries });
    expect(waits).toHaveLength(retries);
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(29_999);
  }
});
