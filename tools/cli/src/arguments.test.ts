import { expect, test } from "vitest";
import { readArguments } from "./arguments.ts";

const takes = {
  options: { json: { type: "boolean" }, targets: { type: "string", short: "t" } },
  words: [1, 2],
} as const;

test.each([
  [["app:pack"], { words: ["app:pack"], options: {} }],
  [["app:pack", "--json"], { words: ["app:pack"], options: { json: true } }],
  [["-t", "image", "a", "b"], { words: ["a", "b"], options: { targets: "image" } }],
  [["a", "--", "--json"], { words: ["a", "--json"], options: {} }],
])("%j is read", (args, value) => {
  const read = readArguments(args, takes);
  expect(read.ok && { ...read.value, options: { ...read.value.options } }).toEqual(value);
});

test.each([
  [[], "a word is missing"],
  [["a", "b", "c", "d"], "not expected: c d"],
  [["a", "--jsn"], "Unknown option '--jsn'"],
  [["a", "-t"], "Option '-t, --targets <value>' argument missing"],
])("%j is told", (args, problem) => {
  expect(readArguments(args, takes)).toEqual({
    ok: false,
    failure: { reason: "arguments-invalid", problem },
  });
});
