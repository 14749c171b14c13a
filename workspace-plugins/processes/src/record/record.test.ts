import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { EnvironmentRecord } from "./record.ts";

const digest = digestOf("x");

function recordOf(process: string) {
  const spawned = { process, owner: "owner", spawnDigest: digest, history: [] };
  return { version: 2, processes: { registry: { state: "spawned", ...spawned } } };
}

test.each([
  ["3ZkBd1pWb8q2kZ4oE-e1t0BvXo_8nq0lJcJm2V7yV1Q", true],
  ["../../graphql?x=", false],
  ["id\nSet-Cookie: a", false],
  ["id\u001B[31m", false],
  ["", false],
])("the id of a process is nothing but an id: %j", (process, isRead) => {
  expect(EnvironmentRecord.safeParse(recordOf(process)).success).toBe(isRead);
});
