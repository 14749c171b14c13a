import { plannedDatabase } from "@slipway/pipeline-kit/test/database";
import { expect, test } from "vitest";
import { redis } from "./redis.ts";

test("a use becomes a service and the variables that find it", () => {
  expect(plannedDatabase(redis, [{}], true)).toEqual({
    uses: [
      {
        steps: ["circleci: find redis-7-4"],
        services: ["redis-7-4"],
        env: ["REDIS_HOST=redis-7-4", "REDIS_PORT=6379", "REDIS_URL=redis://redis-7-4:6379"],
      },
    ],
    services: [
      {
        id: "redis-7-4",
        image: "redis:7.4",
        env: [],
        ports: ["6379:6379"],
        health: "redis-cli ping",
      },
    ],
    told: [],
  });
});

test("there is nobody to log in as", () => {
  expect(plannedDatabase(redis, [{ user: "app" }]).told).toEqual([
    "REDIS_001: db/redis has no input user",
  ]);
});
