import type { Graph, Place, PushTrigger, Workflow } from "@slipway/pipeline-sdk/graph";
import { Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";
import { checkJob } from "./check-job.ts";
import { checkGroup, checkPermissions } from "./check-shared.ts";
import { filterPattern } from "./globs.ts";
import { jobsBefore } from "./jobs-before.ts";
import { problem } from "./problems.ts";
import { checkName, checkValue } from "./check-values.ts";

/** What the graph can say and a workflow of GitHub cannot. */
export function checkWorkflow(
  graph: Graph,
  workflow: Workflow,
  isSkipping: boolean,
): readonly Diagnostic[] {
  const { env, permissions, concurrency, place } = workflow;
  const known = {
    where: "the variables of a workflow",
    kinds: ["secret", "input", "fact"],
  } as const;
  return [
    ...checkTriggers(workflow),
    ...checkSize(workflow, isSkipping),
    ...env.flatMap((variable) => checkValue(variable.value, variable.place, known)),
    ...checkPermissions(permissions),
    ...checkGroup(concurrency?.group, concurrency?.place ?? place, ["input", "fact"]),
    ...workflow.jobs.flatMap((job) => checkJob(graph, job)),
  ];
}

/** Only where jobs may be left out do others name all that come before. */
function checkSize(workflow: Workflow, isSkipping: boolean): readonly Diagnostic[] {
  const isOpen = isSkipping || workflow.jobs.some(({ condition }) => condition !== undefined);
  if (!isOpen || jobsBefore(workflow.jobs).isWhole) return [];
  return [
    problem(
      {
        code: "GITHUB_NEEDS",
        title: "too many jobs to name all that come before each",
        message: `behind a job of ${workflow.id} that is left out, one that GitHub ends after six hours is not seen`,
        fixHint: "give long jobs a timeout_minutes: one that the file ends is seen",
        place: workflow.place,
      },
      Diagnostic_Level.WARNING,
    ),
  ];
}

function checkTriggers(workflow: Workflow): readonly Diagnostic[] {
  const { triggers, overrides, place } = workflow;
  const { push, pullRequest, mergeQueue, schedules = [], manual } = triggers ?? {};
  const isStarted = push ?? pullRequest ?? mergeQueue ?? schedules[0] ?? manual;
  const isOverridden = overrides.some(({ provider }) => provider === "github");
  const globs = [
    ...(push === undefined ? [] : globsOf(push)),
    ...(pullRequest?.branches ?? []).map((glob) => ({ glob, place: pullRequest?.place })),
  ];
  return [
    ...(isStarted === undefined && !isOverridden ? [unstarted(workflow.id, place)] : []),
    ...(push === undefined ? [] : checkPush(push)),
    ...globs.flatMap((one) => checkFilter(one.glob, one.place)),
    ...schedules.flatMap((schedule) =>
      schedule.branches.length === 0 ? [] : [otherBranches(schedule.cron, schedule.place)],
    ),
    ...(manual?.inputs ?? []).flatMap(({ name }) => checkName("input", name, manual?.place)),
  ];
}

function globsOf({ branches, branchesIgnore, tags, tagsIgnore, place }: PushTrigger) {
  return [...branches, ...branchesIgnore, ...tags, ...tagsIgnore].map((glob) => ({ glob, place }));
}

function unstarted(id: string, place: Place | undefined): Diagnostic {
  return problem({
    code: "GITHUB_TRIGGERS",
    title: "a workflow that nothing starts",
    message: `${id} has no trigger`,
    fixHint: "write triggers for it, or github = { on = ... }",
    place,
  });
}

function checkPush(push: PushTrigger): readonly Diagnostic[] {
  const pairs = [
    ["branches", push.branches, push.branchesIgnore],
    ["tags", push.tags, push.tagsIgnore],
  ] as const;
  return pairs.flatMap(([name, wanted, ignored]) =>
    wanted.length === 0 || ignored.length === 0
      ? []
      : [
          problem({
            code: "GITHUB_FILTER",
            title: "GitHub takes a filter or its opposite",
            message: `${name} and ${name}_ignore are both there`,
            fixHint: `write ${name} alone, without what is to be ignored`,
            place: push.place,
          }),
        ],
  );
}

function checkFilter(glob: string, place: Place | undefined): readonly Diagnostic[] {
  if (filterPattern(glob) !== undefined) return [];
  return [
    problem({
      code: "GITHUB_FILTER",
      title: "filters of GitHub have no sign for one letter",
      message: `? in ${glob} would make the letter before it optional`,
      fixHint: "write *, or list the names",
      place,
    }),
  ];
}

function otherBranches(cron: string, place: Place | undefined): Diagnostic {
  return problem({
    code: "GITHUB_SCHEDULE",
    title: "GitHub runs schedules on the default branch alone",
    message: `${cron} has branches of its own`,
    fixHint: "leave branches out, and check the other branches out in a step",
    place,
  });
}
