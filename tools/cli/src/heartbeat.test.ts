import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openHeartbeat } from "./heartbeat.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function saidWithin(ms: number): readonly string[] {
  const said: string[] = [];
  {
    using _beat = openHeartbeat("reading", (line) => void said.push(line));
    vi.advanceTimersByTime(ms);
  }
  vi.advanceTimersByTime(60_000);
  return said;
}

test("a command that takes long says so at 2, 4, 8 and 16 seconds, and not after its end", () => {
  expect(saidWithin(1999)).toEqual([]);
  expect(saidWithin(17_000)).toEqual(
    [2, 4, 8, 16].map((seconds) => `reading: ${seconds} s so far, Ctrl-C stops it`),
  );
});
