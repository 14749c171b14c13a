import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { takeWay } from "./rollback-way.ts";

const digest = digestOf("code");

test.each<readonly [string, object, readonly string[]]>([
  ["--to code", { to: "code", choice: { back: 1 } }, []],
  ["--to code -2 --json", { to: "code", choice: { back: 2 } }, ["--json"]],
  [`skills --to code ${digest}`, { to: "code", choice: digest }, ["skills"]],
  ["--to code skills", { to: "code", choice: { back: 1 } }, ["skills"]],
  ["a --to process p1 --target x", { to: "process", choice: "p1" }, ["a", "--target", "x"]],
  ["--to process -1", { to: "process", choice: { back: 1 } }, []],
  ["--redeploy", { to: "redeploy", choice: { back: 1 } }, []],
  ["--redeploy -3 --dry-run", { to: "redeploy", choice: { back: 3 } }, ["--dry-run"]],
  ["--redeploy --dry-run", { to: "redeploy", choice: { back: 1 } }, ["--dry-run"]],
])("%s", (words, way, rest) => {
  expect(takeWay(words.split(" "))).toEqual({ ok: true, value: { way, rest } });
});

test.each([
  ["skills", /say where to/],
  ["--to", /code or process/],
  ["--to yesterday", /code or process, not yesterday/],
  ["--to process", /needs an id/],
  ["--to process --json", /needs an id/],
])("%s is called wrongly", (words, problem) => {
  expect(takeWay(words.split(" "))).toMatchObject({
    failure: { problem: expect.stringMatching(problem) as string },
  });
});
