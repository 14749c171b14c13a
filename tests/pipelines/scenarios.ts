import type { Scenario } from "@slipway/pipelines/simulate";
import * as fc from "fast-check";

export const usualScenario: Scenario = {
  event: "push",
  branch: "main",
  tag: undefined,
  baseBranch: "main",
  headBranch: "feature/a/b",
  action: "synchronize",
  cron: undefined,
  actor: "somebody",
  commit: "0123456789abcdef",
  runNumber: "7",
  inputs: {},
  settings: {},
  outputs: {},
};

/** Events for random pipelines: with names that their triggers and conditions ask for, and others. */
export const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    event: fc.constantFrom("push", "pull-request", "merge-queue", "schedule", "manual"),
    branch: fc.constantFrom("main", "release/1", "feature/a/b", "dev"),
    tag: fc.constantFrom(undefined, "v1", "v2/x", "other"),
    baseBranch: fc.constantFrom("main", "release/1"),
    headBranch: fc.constantFrom("dev", "main"),
    action: fc.constantFrom("opened", "synchronize", "closed"),
    actor: fc.constantFrom("somebody", "a"),
    inputs: fc.constantFrom({ level: "low", dry: "true" }, { level: "high", dry: "false" }),
    settings: fc.constantFrom({}, { FAST: "1" }, { SKIP: "yes" }, { SKIP: "false", FAST: "0" }),
  } as const)
  .map((random) => ({
    ...usualScenario,
    ...random,
    tag: random.event === "push" || random.event === "manual" ? random.tag : undefined,
  }));
