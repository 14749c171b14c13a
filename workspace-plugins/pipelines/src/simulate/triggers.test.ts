import { create } from "@bufbuild/protobuf";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { TriggersSchema } from "@slipway/pipeline-sdk/graph";
import { expect, test } from "vitest";
import type { Scenario } from "./scenario.ts";
import { whyNotStarted } from "./triggers.ts";

const scenario: Scenario = {
  event: "push",
  branch: "main",
  tag: undefined,
  baseBranch: "main",
  headBranch: "topic",
  action: "synchronize",
  cron: undefined,
  actor: "",
  commit: "",
  runNumber: "1",
  inputs: {},
  settings: {},
  outputs: {},
};

function why(triggers: MessageInitShape<typeof TriggersSchema>, more: Partial<Scenario> = {}) {
  return whyNotStarted(create(TriggersSchema, triggers), { ...scenario, ...more });
}

test("a push without filters is one to a branch", () => {
  expect(why({ push: {} })).toBe(undefined);
  expect(why({ push: {} }, { tag: "v1" })).toEqual({
    reason: "filtered",
    of: "tag",
    name: "v1",
  });
});

test("tags alone mean no branch, branches alone no tag", () => {
  const filtered = (of: string, name: string) => ({ reason: "filtered", of, name });
  expect(why({ push: { tags: ["v*"] } })).toEqual(filtered("branch", "main"));
  expect(why({ push: { branches: ["main"] } }, { tag: "v1" })).toEqual(filtered("tag", "v1"));
  expect(why({ push: { branchesIgnore: ["main"] } })).toEqual(filtered("branch", "main"));
  expect(why({ push: { branches: ["x"], tagsIgnore: ["w*"] } }, { tag: "v1" })).toBe(undefined);
});

test("a pull request filters by the branch that it is merged into, and by what happened", () => {
  const pull = { event: "pull-request" } as const;
  expect(why({ pullRequest: { branches: ["rel/*"] } }, pull)).toEqual({
    reason: "filtered",
    of: "base branch",
    name: "main",
  });
  expect(why({ pullRequest: {} }, { ...pull, action: "closed" })).toEqual({
    reason: "filtered",
    of: "action",
    name: "closed",
  });
});

test("what has no trigger for the event is not started", () => {
  expect(why({ push: {} }, { event: "manual" })).toEqual({ reason: "no-trigger", event: "manual" });
  expect(why({ push: {} }, { event: "merge-queue" })).toEqual({
    reason: "no-trigger",
    event: "merge-queue",
  });
});

test("a schedule is due by its time, on its branches", () => {
  const schedules = [{ cron: "0 3 * * *", branches: ["main"] }, { cron: "0 4 * * *" }];
  const event = "schedule" as const;
  expect(why({ schedules }, { event })).toBe(undefined);
  expect(why({ schedules }, { event, cron: "0 3 * * *", branch: "dev" })).toEqual({
    reason: "filtered",
    of: "branch",
    name: "dev",
  });
  expect(why({ schedules }, { event, cron: "1 1 * * *" })).toEqual({
    reason: "filtered",
    of: "schedule",
    name: "1 1 * * *",
  });
});
