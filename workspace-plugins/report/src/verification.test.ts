import type { Check } from "@slipway/signature";
import { expect, test } from "vitest";
import { lieLines, verificationLines } from "./verification.ts";

const checks: readonly Check[] = [
  { cache: "file-digests", file: ".slipway/tree.bin", count: 640, lies: [] },
  {
    cache: "definitions",
    file: ".slipway/definitions.json",
    count: 19,
    lies: [{ subject: "app:pack", said: "nothing", truth: "{}" }],
  },
  {
    cache: "watcher",
    file: undefined,
    count: 1,
    lies: [{ subject: "the whole tree", said: "sha256:1/2", truth: "sha256:3/4" }],
  },
  { cache: "records", file: ".slipway/actions", count: 0, lies: [] },
];

test("a line of counts for each cache", () => {
  expect(verificationLines(checks)).toEqual([
    "=  digests of files      640 right      .slipway/tree.bin",
    "✗  stored definitions    1 of 19 wrong  .slipway/definitions.json",
    "✗  the watcher's answer  1 of 1 wrong",
    "=  recorded successes    nothing kept   .slipway/actions",
    "2 of 4 caches lied",
  ]);
  expect(verificationLines(checks.slice(0, 1)).at(-1)).toBe("no cache lied");
});

test("where one lied, what it said, what is so, and what to do", () => {
  expect(lieLines(checks)).toEqual([
    "stored definitions lied:",
    "  app:pack  said  nothing",
    "            is    {}",
    "  → remove .slipway/definitions.json: it is made anew",
    "the watcher's answer lied:",
    "  the whole tree  said  sha256:1/2",
    "                  is    sha256:3/4",
    "  → stop slipway watch and start it again",
  ]);
});
