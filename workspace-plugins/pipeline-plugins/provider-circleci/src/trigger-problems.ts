import type { PullRequestTrigger, Schedule, Workflow } from "@slipway/pipeline-sdk/graph";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";
import { expandCron } from "./cron.ts";
import { fault, remark, warning } from "./problem.ts";

export function triggerProblems(
  { id, name, place, triggers, concurrency }: Workflow,
  isSplit: boolean,
): readonly Diagnostic[] {
  return [
    ...(name === "" || name === id
      ? []
      : [
          remark({
            code: "CIRCLECI_NAME",
            title: "CircleCI has one name for a workflow",
            message: `people see ${id}, and not ${name}`,
            fixHint: "give the workflow the id that they are to see",
            place,
          }),
        ]),
    ...(triggers?.pullRequest === undefined ? [] : pullRequestProblems(triggers.pullRequest)),
    ...(triggers?.schedules ?? []).flatMap((one) => scheduleProblems(one, isSplit)),
    ...(concurrency === undefined
      ? []
      : [
          concurrency.cancelInProgress
            ? warning({
                code: "CIRCLECI_CANCEL",
                title: "CircleCI cancels by a setting of the project",
                message: "the group of the workflow is not written",
                fixHint: "turn on Auto-cancel redundant workflows in the project's settings",
                place: concurrency.place,
              })
            : fault({
                code: "CIRCLECI_GROUP",
                title: "CircleCI has groups of jobs, and none of workflows",
                message: "the workflow would run beside others of its group",
                fixHint: "write concurrency at the jobs that must not run twice",
                place: concurrency.place,
              }),
        ]),
  ];
}

const pushTypes = ["opened", "synchronize", "reopened"];

function pullRequestProblems({
  branches,
  types,
  place,
}: PullRequestTrigger): readonly Diagnostic[] {
  const common = { code: "CIRCLECI_PULL_REQUEST", place };
  const others = types.filter((type) => !pushTypes.includes(type));
  return [
    remark({
      ...common,
      title: "CircleCI builds what is pushed",
      message: "a push to any branch starts the workflow, whether there is a pull request or not",
      fixHint: "turn on Only build pull requests in the project's settings if that is meant",
    }),
    ...(branches.length === 0
      ? []
      : [
          warning({
            ...common,
            title: "CircleCI does not tell where a pull request goes",
            message: `pull requests into other branches than ${branches.join(", ")} start it too`,
            fixHint:
              "leave branches out, or write the condition in a step that asks the host of the repository",
          }),
        ]),
    ...(others.length === 0
      ? []
      : [
          fault({
            ...common,
            title: "CircleCI builds what is pushed",
            message: `${others.join(", ")} is no push`,
            fixHint:
              "leave it out for CircleCI, and set up a trigger of this event in the project's settings",
          }),
        ]),
  ];
}

function scheduleProblems(
  { cron, branches, place }: Schedule,
  isSplit: boolean,
): readonly Diagnostic[] {
  const common = { code: "CIRCLECI_SCHEDULE", place };
  if (isSplit) {
    return [
      warning({
        ...common,
        title: "a file that finds out its jobs holds no schedule",
        message: `the workflow waits for a schedule trigger: ${cron}`,
        fixHint: "add it in the project's settings under Triggers, for each branch",
      }),
    ];
  }
  return [
    ...(branches.length === 0
      ? [
          fault({
            ...common,
            title: "a schedule of CircleCI names its branches",
            message: "there is no branch that it would run on by itself",
            fixHint: 'write branches = ["main"] beside cron',
          }),
        ]
      : []),
    ...(expandCron(cron) === undefined
      ? [
          fault({
            ...common,
            title: "CircleCI reads lists of numbers in a schedule",
            message: `${cron} cannot be written as those`,
            fixHint: "write five fields of numbers, lists, ranges or steps",
          }),
        ]
      : []),
    remark({
      ...common,
      title: "schedules in the file are for GitHub OAuth and Bitbucket Cloud",
      message: `with another integration nothing starts it: ${cron}`,
      fixHint:
        "with those, add a schedule trigger in the project's settings and leave the schedule out",
    }),
  ];
}
