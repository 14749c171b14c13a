import { expect, test } from "vitest";
import { backOffMs, parseRetryAfter, placeRequest, windowMs } from "./place-request.ts";

const now = 1_000_000;

test.each([
  ["nothing was asked", [], 0, 6, now],
  ["five of six are asked", [1, 2, 3, 4, 5], 0, 6, now],
  [
    "six are asked: when the first is out of the window",
    [1, 2, 3, 4, 5, 6],
    0,
    6,
    now - 6 + windowMs,
  ],
  ["what is older than the window counts no more", [windowMs, 2, 3, 4, 5, 6], 0, 6, now],
  ["places that others have taken ahead count too", [5, -10], 0, 2, now - 5 + windowMs],
  ["the unit said to wait, and the window is open", [], 700, 6, now + 700],
  ["the unit said to wait longer than the window", [5], 90_000, 1, now + 90_000],
  ["the window ends after the unit's own time", [5], 700, 1, now - 5 + windowMs],
  ["without a limit only the unit's own time counts", [1, 2, 3], 700, undefined, now + 700],
] as const)("%s", (_, agesMs, closedForMs, perWindow, expected) => {
  const known = { placed: agesMs.map((age) => now - age), closedUntil: now + closedForMs };
  expect(placeRequest(known, now, perWindow)).toBe(expected);
});

test("requests that are placed one after another are never more than so many in any window", () => {
  const placed: number[] = [];
  for (let at = 0; at < 50; at += 1) {
    placed.push(placeRequest({ placed, closedUntil: 0 }, now + at * 700, 6));
  }
  const busiest = Math.max(
    ...placed.map((from) => placed.filter((at) => at >= from && at < from + windowMs).length),
  );
  expect(busiest).toBe(6);
  expect(placed).toEqual(placed.toSorted((a, b) => a - b));
});

test("a unit that goes on refusing is left alone for longer, a window at most", () => {
  expect([0, 1, 2, 3, 4, 9].map(backOffMs)).toEqual([5000, 10_000, 20_000, 40_000, 61_000, 61_000]);
});

test.each([
  ["7", 7000],
  ["Thu, 01 Jan 1970 00:16:50 GMT", 10_000],
  ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
  ["86400", 600_000],
  ["soon", undefined],
  [null, undefined],
])("Retry-After: %s", (value, expected) => {
  expect(parseRetryAfter(value, now)).toBe(expected);
});
