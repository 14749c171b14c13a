import { fail, ok } from "@slipway/signature";
import { expect, test } from "vitest";
import { parsePrintedVersion } from "./agent-version.ts";

test.each([
  ["1.2.3\n", "1.2.3"],
  ["  1.2.3  ", "1.2.3"],
  ["1.2.3\r\n", "1.2.3"],
  ["\n0.42.0-preview.1+build_7\n\n", "0.42.0-preview.1+build_7"],
  ["2026", "2026"],
])("%j is a version", (printed, version) => {
  expect(parsePrintedVersion(printed)).toEqual(ok(version));
});

test.each([
  ["", "nothing-printed"],
  [" \n\n", "nothing-printed"],
  ["1.2.3\n1.2.4\n", "several-lines"],
  ["npm warn\r1.2.3", "several-lines"],
  ["codex 1.2.3", "not-a-version"],
  ["latest", "not-a-version"],
  ["undefined", "not-a-version"],
  ["$(reboot)1", "not-a-version"],
  ["-rf1", "not-a-version"],
  ["1/../2", "not-a-version"],
  [`1.${"0".repeat(63)}`, "not-a-version"],
] as const)("%j is none: %s", (printed, problem) => {
  expect(parsePrintedVersion(printed)).toEqual(fail(problem));
});
