import { judged } from "@slipway/pipeline-kit/test/policy";
import { expect, test } from "vitest";
import { conventions } from "./conventions.ts";

const step = (name: string, command: string) =>
  ({ name, kind: { case: "run", value: { command } } }) as const;

function jobs(...own: readonly { readonly base: string; readonly minutes?: number }[]) {
  return {
    workflows: [
      {
        id: "ci",
        jobs: own.map(({ base, minutes = 10 }, at) => ({
          id: `${base}-${at}`,
          base,
          place: { path: `jobs.${base}` },
          kind: {
            case: "work" as const,
            value: {
              timeoutMinutes: minutes,
              steps: [step("", "npm run audit"), step("lint", "x")],
            },
          },
        })),
      },
    ],
  };
}

test("each job has a time limit, if nothing else is said; a matrix is told once", () => {
  expect(judged(conventions, jobs({ base: "a", minutes: 0 }, { base: "a", minutes: 0 }))).toEqual([
    "CONVENTIONS_002 the job a may hang for as long as the provider lets it, at jobs.a",
  ]);
  expect(judged(conventions, jobs({ base: "a", minutes: 0 }), { timeouts: false })).toEqual([]);
  const approval = { id: "ok", kind: { case: "approval", value: {} } } as const;
  expect(judged(conventions, { workflows: [{ jobs: [approval] }] })).toEqual([]);
});

test("what the settings ask for is told where it is missing", () => {
  const settings = {
    job_names: "[a-z-]+",
    workflow_names: "main",
    step_names: true,
    longest_minutes: 30,
    required_steps: [{ step: "npm run audit" }, { jobs: "Te*", step: "scan" }],
    required_jobs: ["deploy", "build"],
  };
  const graph = jobs({ base: "build", minutes: 30 }, { base: "Test", minutes: 31 });
  expect(judged(conventions, graph, settings)).toEqual([
    "CONVENTIONS_006 there is no job deploy",
    "CONVENTIONS_001 the workflow ci is not named as main",
    "CONVENTIONS_004 a step of the job build has no name, at jobs.build",
    "CONVENTIONS_001 the job Test is not named as [a-z-]+, at jobs.Test",
    "CONVENTIONS_003 the job Test may take 31 minutes, and 30 is the longest, at jobs.Test",
    "CONVENTIONS_004 a step of the job Test has no name, at jobs.Test",
    "CONVENTIONS_005 the job Test has no step scan, at jobs.Test",
  ]);
});

test("a pattern that is none is told", () => {
  expect(judged(conventions, jobs(), { job_names: "[a-" })).toEqual([
    "CONVENTIONS_000 settings.job_names: no regular expression, at plugins.policy/conventions.settings.job_names",
  ]);
});
