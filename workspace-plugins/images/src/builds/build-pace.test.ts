import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openBuildPace } from "./build-pace.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("tells of a long build how long it has taken and what it wrote last, until it ends", () => {
  const told: string[] = [];
  {
    using pace = openBuildPace("slipway/base:debian", (line) => told.push(line));
    vi.advanceTimersByTime(14_000);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1000);
    pace.wrote("=> [2/2] RUN apt-get update");
    vi.advanceTimersByTime(15_000);
    pace.wrote("10 %\r20 %\rUnpacking nodejs\r\n");
    pace.wrote("");
    vi.advanceTimersByTime(15_000);
    pace.wrote("x".repeat(200));
    vi.advanceTimersByTime(15_000);
  }
  vi.advanceTimersByTime(60_000);
  const at = (seconds: number): string => `building slipway/base:debian, ${seconds} s`;
  expect(told).toEqual([
    at(15),
    `${at(30)}: [2/2] RUN apt-get update`,
    `${at(45)}: Unpacking nodejs`,
    `${at(60)}: ${"x".repeat(59)}…`,
  ]);
});
