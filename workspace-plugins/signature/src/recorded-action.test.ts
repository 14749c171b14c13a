import { expect, test } from "vitest";
import { digestOf, keyedDigestOf } from "./digest.ts";
import { otherVariables } from "./recorded-action.ts";
import type { RecordedAction } from "./recorded-action.ts";

const key = "key";
const env: RecordedAction["env"] = [
  { name: "MODE", state: "set", digest: digestOf("fast"), value: "fast" },
  { name: "NPM_TOKEN", state: "set", digest: keyedDigestOf("hunter2", key), secret: true },
  { name: "EMPTY", state: "empty" },
  { name: "UNSET", state: "unset" },
];
const signed = { MODE: "fast", NPM_TOKEN: "hunter2", EMPTY: "" };

test.for<[Readonly<Record<string, string | undefined>>, readonly string[]]>([
  [{}, []],
  [{ OTHER: "x" }, []],
  [{ MODE: "slow" }, ["MODE"]],
  [{ MODE: undefined, NPM_TOKEN: "hunter3" }, ["MODE", "NPM_TOKEN"]],
  [{ MODE: "" }, ["MODE"]],
  [{ EMPTY: undefined }, ["EMPTY"]],
  [{ EMPTY: "x", UNSET: "" }, ["EMPTY", "UNSET"]],
])("with %j the variables %j are not as they were signed", async ([change, expected]) => {
  const environment = { ...signed, ...change };
  expect(await otherVariables(env, environment, async () => key)).toEqual(expected);
});
