import { judged } from "@slipway/pipeline-kit/test/policy";
import { expect, test } from "vitest";
import { cost } from "./cost.ts";

const work = { timeoutMinutes: 10, runner: "large", parallelism: 3, retry: { attempts: 1 } };
const matrix = [{ dimension: "os", value: "a" }];
const at = (base: string) => ({ path: `jobs.${base}` });

const graph = {
  workflows: [
    {
      id: "ci",
      jobs: [
        { id: "a", base: "a", place: at("a"), kind: { case: "work", value: work } as const },
        {
          id: "b-1",
          base: "b",
          matrix,
          place: at("b"),
          kind: { case: "work", value: {} } as const,
        },
        {
          id: "b-2",
          base: "b",
          matrix,
          place: at("b"),
          kind: { case: "work", value: {} } as const,
        },
        { id: "ok", base: "ok", kind: { case: "approval", value: {} } as const },
      ],
    },
  ],
};

test("without settings nothing is limited", () => {
  expect(judged(cost, graph)).toEqual([]);
});

test("each limit is told with what there is", () => {
  const settings = {
    max_jobs: 3,
    max_matrix: 1,
    max_parallelism: 2,
    max_minutes: 200,
    usual_minutes: 60,
    minute_factors: { large: 4 },
    runners: ["small*", ""],
  };
  expect(judged(cost, graph, settings)).toEqual([
    "COST_001 the workflow ci has 4 jobs, and 3 is the most",
    "COST_003 a run of the workflow ci may take 360 minutes, and 200 is the most",
    "COST_002 the matrix of b makes 2 jobs, and 1 is the most, at jobs.b",
    "COST_004 the job a runs 3 times at once, and 2 is the most, at jobs.a",
    "COST_005 the job a runs on large, at jobs.a",
  ]);
  expect(
    judged(cost, graph, { ...settings, max_minutes: 360, max_jobs: 4, max_matrix: 2 }),
  ).toEqual([
    "COST_004 the job a runs 3 times at once, and 2 is the most, at jobs.a",
    "COST_005 the job a runs on large, at jobs.a",
  ]);
});

test.for([
  ["* * * * *", 1],
  ["*/15 * * * *", 15],
  ["0,50 * * * *", 10],
  ["5-8 * * * *", 1],
  ["30 * * * *", 60],
  ["0 */6 * * *", 360],
  ["0 1,3 * * *", 120],
  ["0 4 * * 1", 1440],
] as const)("%s runs each %i minutes", ([cron, every]) => {
  const scheduled = { workflows: [{ triggers: { schedules: [{ cron }] } }] };
  expect(judged(cost, scheduled, { min_schedule_minutes: every })).toEqual([]);
  expect(judged(cost, scheduled, { min_schedule_minutes: every + 1 })).toEqual([
    `COST_006 ${cron} starts a run each ${every} minutes, and ${every + 1} is the least`,
  ]);
});

test("a limit that is no count is told", () => {
  expect(judged(cost, graph, { max_jobs: "3" })).toEqual([
    "COST_000 settings.max_jobs: Invalid input: expected number, received string, at plugins.policy/cost.settings.max_jobs",
  ]);
});
