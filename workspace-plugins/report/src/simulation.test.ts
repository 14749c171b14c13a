import type { Fate } from "@slipway/pipelines/simulate";
import { digestOf } from "@slipway/signature/digest";
import { expect, test } from "vitest";
import { simulationLines } from "./simulation.ts";

const digest = digestOf("x");

function linesOf(...fates: readonly Fate[]): readonly string[] {
  const jobs = fates.map((fate, at) => ({
    workflow: "ci",
    job: `j${at}`,
    provider: "github",
    fate,
  }));
  return simulationLines({ jobs, disagreements: [] }, new Map());
}

test("each job has a line that says why", () => {
  expect(
    linesOf(
      { verdict: "run", because: "nothing-against" },
      { verdict: "run", because: "asks-for-ends" },
      { verdict: "waits" },
      { verdict: "depends", condition: "output.a.v == '1'", asked: [] },
      {
        verdict: "skip",
        because: "not-started",
        why: { reason: "no-trigger", event: "manual" },
      },
      {
        verdict: "skip",
        because: "not-started",
        why: { reason: "filtered", of: "tag", name: "v1" },
      },
      {
        verdict: "skip",
        because: "condition",
        condition: "branch == 'main' && tag",
        asked: [
          { what: "branch", value: "dev" },
          { what: "tag", value: "" },
        ],
      },
      { verdict: "skip", because: "ended-before", failed: ["a", "b"] },
    ),
  ).toEqual([
    "ci.j0  run      github",
    "ci.j1  run      github  its condition asks for the failure before it",
    "ci.j2  waits    github  for a person",
    "ci.j3  depends  github  on what a run finds out: output.a.v == '1'",
    "ci.j4  skip     github  the workflow has no trigger for manual",
    "ci.j5  skip     github  the triggers of the workflow leave out the tag v1",
    "ci.j6  skip     github  branch == 'main' && tag; branch is dev; tag is empty",
    "ci.j7  skip     github  failed before it: a, b",
  ]);
});

test("providers share a line, and what a signature says of the job is told", () => {
  const run: Fate = { verdict: "run", because: "nothing-against" };
  const skip: Fate = { verdict: "skip", because: "unchanged" };
  const jobs = ["circleci", "github"].flatMap((provider) => [
    { workflow: "ci", job: "a", provider, fate: run },
    { workflow: "ci", job: "b", provider, fate: skip },
    { workflow: "ci", job: "c", provider, fate: skip },
  ]);
  const decisions = new Map([
    ["a", { run: true, reason: "touched" }],
    ["b", { run: false, reason: "untouched" }],
    ["c", { run: false, reason: "succeeded", signature: digest }],
  ] as const);
  expect(simulationLines({ jobs, disagreements: [] }, decisions)).toEqual([
    "ci.a  run   circleci, github  it reads what changed, or needs what does",
    "ci.b  skip  circleci, github  it reads nothing that changed",
    `ci.c  skip  circleci, github  as at a success (${digest.slice(7, 19)})`,
  ]);
});

test("a file that would do something else is told with its condition", () => {
  const about = { path: "ci.yml", workflow: "ci" };
  const disagreements = [
    { reason: "starts", ...about },
    { reason: "starts-not", ...about },
    { reason: "runs", ...about, job: "a", condition: "${{ x }}" },
    { reason: "runs-not", ...about, job: "b", condition: undefined },
    { reason: "unreadable", path: "ci.yml", problem: "no jobs" },
  ] as const;
  expect(simulationLines({ jobs: [], disagreements }, new Map())).toEqual([
    "! ci.yml starts ci, which its triggers do not",
    "! ci.yml does not start ci, which its triggers do",
    "! ci.yml runs a, which its condition does not: ${{ x }}",
    "! ci.yml leaves out b, which is to run: no if",
    "! ci.yml cannot be read: no jobs",
  ]);
});
