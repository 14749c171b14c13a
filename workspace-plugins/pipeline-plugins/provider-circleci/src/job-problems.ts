import type { Graph, Job, Permissions, Service, Work, Workflow } from "@slipway/pipeline-sdk/graph";
import { Permissions_Access } from "@slipway/pipeline-sdk/graph";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";
import { keptBy } from "./artifacts.ts";
import { startOf } from "./endings.ts";
import { runnerSettings, servicesOf } from "./executor.ts";
import { fault, remark, warning } from "./problem.ts";
import { splitVariables } from "./run.ts";
import { approvalFilter, groupText } from "./workflows.ts";

export function jobProblems(graph: Graph, workflow: Workflow, job: Job): readonly Diagnostic[] {
  const { kind } = job;
  return [
    ...statusProblems(workflow, job),
    ...(kind.case === "approval" ? approvalProblems(workflow, job, kind.value.prompt) : []),
    ...(kind.case === "work"
      ? [
          ...runnerProblems(graph, job, kind.value),
          ...groupProblems(kind.value),
          ...permissionProblems(kind.value.permissions),
          ...servicesOf(graph, kind.value).flatMap((one) => serviceProblems(one, kind.value)),
          ...keptProblems(job, kind.value),
        ]
      : []),
    ...permissionProblems(job === workflow.jobs[0] ? workflow.permissions : undefined),
  ];
}

function statusProblems(workflow: Workflow, job: Job): readonly Diagnostic[] {
  const { condition, needs, place } = job;
  const start = startOf(condition);
  const isSaid = start !== undefined && (start.after.includes("success") || needs.length === 1);
  if (isSaid) return start.after.length === 4 ? [] : notBegunProblems(workflow, job);
  return [
    fault({
      code: "CIRCLECI_STATUS",
      title: "CircleCI waits for one end of all needs",
      message:
        start === undefined
          ? "the condition asks for one thing after success and for another after a failure"
          : "a job for failures is started by all of its needs together",
      fixHint:
        "let a job for failures need one job alone, and write a second one for what is for success",
      place,
    }),
  ];
}

/** Where all goes well a job for failures is not_run, which CircleCI takes for no success and for a kind of failure. */
function notBegunProblems({ jobs }: Workflow, { needs, place }: Job): readonly Diagnostic[] {
  const found = jobs.filter(({ id, condition }) => {
    return needs.includes(id) && startOf(condition)?.after.includes("success") === false;
  });
  return found.map(({ id, needs: before }) =>
    fault({
      code: "CIRCLECI_STATUS",
      title: "CircleCI does not begin a job for failures where all goes well",
      message: `for what needs ${id} that is no success, and as good as a failure`,
      fixHint: `name ${before.join(", ")} in needs instead of ${id}, or write if = "always()"`,
      place,
    }),
  );
}

function approvalProblems(workflow: Workflow, job: Job, prompt: string): readonly Diagnostic[] {
  const { needs, place, id, condition } = job;
  const isNeeded = workflow.jobs.some((one) => one.needs.includes(id));
  const isFiltered = startOf(condition)?.guard !== true;
  const common = {
    code: "CIRCLECI_APPROVAL",
    title: "nothing runs where somebody approves",
    place,
  };
  return [
    ...(isFiltered && approvalFilter(workflow, job) === undefined
      ? [
          fault({
            ...common,
            message: "its condition asks for what CircleCI does not know before a pipeline begins",
            fixHint:
              "compare branch, tag or input with a text or with text**, or write the condition at the jobs that need it",
          }),
        ]
      : []),
    ...(isFiltered && isNeeded && needs.length === 0
      ? [
          fault({
            ...common,
            message: "where it is left out, CircleCI leaves out what needs it alone too",
            fixHint: "let it need a job",
          }),
        ]
      : []),
    ...(prompt === ""
      ? []
      : [
          remark({
            ...common,
            message: `people see its name ${id}, and not the question: ${prompt}`,
            fixHint: "name the job as what is asked",
          }),
        ]),
  ];
}

function runnerProblems(graph: Graph, job: Job, work: Work): readonly Diagnostic[] {
  const settings = runnerSettings(graph, work.runner);
  const declared = graph.runners.find(({ id }) => id === work.runner);
  const other = ["machine", "macos", "executor"].find((name) => settings[name] !== undefined);
  const username = work.container?.credentials?.username ?? "";
  return [
    ...(declared !== undefined && Object.keys(settings).length === 0
      ? [
          fault({
            code: "CIRCLECI_RUNNER",
            title: "the runner says nothing for CircleCI",
            message: `${work.runner} would be any machine`,
            fixHint: `write circleci = { resource_class = "medium" } under runners.${work.runner}`,
            place: declared.place,
          }),
        ]
      : []),
    ...(work.container !== undefined && other !== undefined
      ? [
          fault({
            code: "CIRCLECI_EXECUTOR",
            title: "a job runs in an image or on a machine",
            message: `the job has an image, and its runner ${work.runner} ${other}`,
            fixHint: "leave out one of them",
            place: job.place,
          }),
        ]
      : []),
    ...(username.includes("$")
      ? [
          fault({
            code: "CIRCLECI_CREDENTIALS",
            title: "CircleCI takes a dollar sign for a variable",
            message: `${username} would be another name`,
            fixHint: "use an account whose name has none",
            place: job.place,
          }),
        ]
      : []),
  ];
}

function groupProblems({ concurrency }: Work): readonly Diagnostic[] {
  if (concurrency === undefined) return [];
  const { group, cancelInProgress, place } = concurrency;
  const text = groupText(group);
  return [
    ...(text === undefined || text === "" || text.length > 400
      ? [
          fault({
            code: "CIRCLECI_GROUP",
            title: "a group has letters, digits, dots, slashes, _ and -",
            message: "CircleCI cannot write the group, or it holds what only a job knows",
            fixHint:
              "write such a text, with {{ branch }}, {{ tag }}, {{ commit }} or an input in it",
            place,
          }),
        ]
      : []),
    ...(cancelInProgress
      ? [
          warning({
            code: "CIRCLECI_CANCEL",
            title: "CircleCI cancels by a setting of the project",
            message: "jobs of the group wait for each other instead",
            fixHint: "turn on Auto-cancel redundant workflows in the project's settings",
            place,
          }),
        ]
      : []),
  ];
}

/** A job has no token for the repository's host; it gets one for others by itself. */
function permissionProblems(permissions: Permissions | undefined): readonly Diagnostic[] {
  if (permissions === undefined) return [];
  const named = Object.entries(permissions.scopes)
    .filter(([scope, access]) => access === Permissions_Access.WRITE && scope !== "id-token")
    .map(([scope]) => scope)
    .toSorted();
  const all = permissions.default === Permissions_Access.WRITE ? ["all"] : named;
  if (all.length === 0) return [];
  return [
    warning({
      code: "CIRCLECI_PERMISSIONS",
      title: "CircleCI gives a job no token that may write",
      message: `the job may not write ${all.join(", ")}`,
      fixHint: "put a token or a key of your own into a context, and name it as a secret",
      place: permissions.place,
    }),
  ];
}

function serviceProblems(service: Service, { container }: Work): readonly Diagnostic[] {
  if (container === undefined) return [];
  const { id, env, ports, health, place } = service;
  const common = { code: "CIRCLECI_SERVICE", place };
  const [, computed] = splitVariables(env);
  const moved = ports.filter((port) => port.host !== 0 && port.host !== port.container);
  return [
    ...computed.map(({ name }) =>
      fault({
        ...common,
        title: "a container beside a job gets texts alone",
        message: `${name} of ${id} is known to the job only`,
        fixHint:
          "write a text, or leave out the image of the job: on a machine the service gets it",
      }),
    ),
    ...moved.map((port) =>
      fault({
        ...common,
        title: "a container beside a job keeps its ports",
        message: `${id} answers on ${port.container}, and not on ${port.host}`,
        fixHint: `write ${port.container}, or leave out the image of the job`,
      }),
    ),
    ...(health !== undefined && ports.length === 0
      ? [
          fault({
            ...common,
            title: "CircleCI waits for ports",
            message: `${id} names none, and its health command could run nowhere`,
            fixHint: "name the port that answers when it is ready",
          }),
        ]
      : []),
  ];
}

function keptProblems(job: Job, { retry }: Work): readonly Diagnostic[] {
  return [
    ...((retry?.attempts ?? 0) > 5
      ? [
          fault({
            code: "CIRCLECI_RETRY",
            title: "CircleCI runs a step five times again at most",
            message: `${retry?.attempts ?? 0} is more`,
            fixHint: "write retry = 5 or less",
            place: job.place,
          }),
        ]
      : []),
    ...keptBy(job)
      .filter(({ retentionDays }) => retentionDays > 0)
      .map(({ name, retentionDays, place }) =>
        warning({
          code: "CIRCLECI_RETENTION",
          title: "CircleCI keeps all artifacts for one time",
          message: `${name} is kept as long as the plan says, and not for ${retentionDays} days`,
          fixHint: "set it under Plan, Usage Controls",
          place,
        }),
      ),
  ];
}
