import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { failureOf } from "./verify.ts";

const code = digestOf("code");
const links = { expected: digestOf("links"), live: digestOf("other links") };
const seen = {
  project: "project",
  deployTarget: "test",
  isLocal: false,
  name: "main",
  state: "drifted",
  process: "p",
  recorded: code,
  live: code,
  links,
  changedBy: [],
} as const;
const differs = { reason: "live-code-differs", process: "p", live: code, changedBy: [] };

test("where only the links differ these are told beside the code", () => {
  const failure = failureOf(seen, { projectRoot: "project" });
  expect(failure).toEqual({ ...differs, expected: code, links });
});

test("where other code is wanted too, the code is told", () => {
  const wanted = digestOf("wanted");
  const failure = failureOf({ ...seen, wanted }, { projectRoot: "project" });
  expect(failure).toEqual({ ...differs, expected: wanted });
});
