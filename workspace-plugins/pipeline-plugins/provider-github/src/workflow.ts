import { Input_Type, Skip_Mode } from "@slipway/pipeline-sdk/graph";
import type { Graph, Input, Job, Triggers, Workflow } from "@slipway/pipeline-sdk/graph";
import type { Skipping } from "@slipway/pipeline-sdk/protocol";
import { actions } from "./actions.ts";
import { quoted, renderValue } from "./expressions.ts";
import { renderJob, renderPermissions } from "./jobs.ts";
import { overlay } from "./overlay.ts";
import { compact, flag } from "./plain.ts";
import type { Plain } from "./plain.ts";
import { renderVariables } from "./steps.ts";

type Rendered = { readonly [key: string]: Plain };

const bootstrapId = "signatures";
const gateId = "gate";

/** One file of `.github/workflows`: https://docs.github.com/actions/reference/workflow-syntax-for-github-actions. */
export function renderWorkflow(
  graph: Graph,
  workflow: Workflow,
  skipping: Skipping | undefined,
): Rendered {
  const asking = skipping === undefined ? [] : workflow.jobs.filter(isSkippable);
  const isAsking = (job: Job): boolean => asking.includes(job);
  const taken = new Set(workflow.jobs.map(({ id }) => id));
  const bootstrap = asking.length === 0 ? undefined : freeId(bootstrapId, taken);
  const mayBeSkipped = leftOut(workflow.jobs, isAsking);
  const context = { graph, bootstrap, mayBeSkipped, isAsking };
  const jobs = workflow.jobs.map((job) => [job.id, renderJob(job, context)] as const);
  const signing =
    bootstrap === undefined || skipping === undefined
      ? []
      : [[bootstrap, renderBootstrap(asking, skipping)] as const];
  const gate =
    mayBeSkipped.size === 0
      ? []
      : [[freeId(gateId, taken), renderGate([...signing, ...jobs].map(([id]) => id))] as const];
  const { concurrency } = workflow;
  const rendered = compact({
    name: quoted(workflow.name),
    on: workflow.triggers === undefined ? undefined : renderTriggers(workflow.triggers),
    permissions: renderPermissions(workflow.permissions),
    env: renderVariables(workflow.env),
    concurrency:
      concurrency === undefined
        ? undefined
        : compact({
            group: renderValue(concurrency.group),
            "cancel-in-progress": flag(concurrency.cancelInProgress),
          }),
    jobs: Object.fromEntries([...signing, ...jobs, ...gate]),
  });
  return overlay(rendered, workflow.overrides);
}

function isSkippable({ kind }: Job): boolean {
  return (
    kind.case === "work" &&
    [Skip_Mode.AUTO, Skip_Mode.ASKED].includes(kind.value.skip?.mode ?? Skip_Mode.NEVER)
  );
}

/** Those that may be left out for their signature or their condition, and all that come after one. */
function leftOut(jobs: readonly Job[], isAsking: (job: Job) => boolean): ReadonlySet<string> {
  const found = new Set<string>();
  for (const job of jobs) {
    const isOpen = isAsking(job) || job.condition !== undefined;
    if (isOpen || job.needs.some((need) => found.has(need))) found.add(job.id);
  }
  return found;
}

function freeId(wanted: string, taken: ReadonlySet<string>): string {
  return taken.has(wanted) ? freeId(`${wanted}_`, taken) : wanted;
}

/** Says of each job whether it runs. Where that cannot be found out it says nothing, and all do. */
function renderBootstrap(asking: readonly Job[], { install, decide }: Skipping): Rendered {
  return {
    name: "signatures",
    "runs-on": "ubuntu-latest",
    outputs: Object.fromEntries(
      asking.map(({ id }) => [id, `\${{ steps.decide.outputs.${id} }}`] as const),
    ),
    steps: [
      { uses: actions.checkout },
      { name: "get slipway", run: quoted(install), "continue-on-error": true },
      {
        name: "decide",
        id: "decide",
        run: quoted(`${decide} --provider github >> "$GITHUB_OUTPUT"`),
        "continue-on-error": true,
      },
    ],
  };
}

/** Ends well only if no job failed, and always ends: what a protected branch can require. */
function renderGate(needs: readonly string[]): Rendered {
  return {
    name: "all jobs",
    needs,
    if: "${{ always() }}",
    "runs-on": "ubuntu-latest",
    steps: [
      {
        name: "no job failed",
        if: "${{ contains(needs.*.result, 'failure') || contains(needs.*.result, 'cancelled') }}",
        run: "exit 1",
      },
    ],
  };
}

function renderTriggers({ push, pullRequest, schedules, manual }: Triggers): Rendered {
  return {
    ...(push === undefined
      ? {}
      : {
          push: compact({
            branches: push.branches,
            "branches-ignore": push.branchesIgnore,
            tags: push.tags,
          }),
        }),
    ...(pullRequest === undefined
      ? {}
      : { pull_request: compact({ branches: pullRequest.branches, types: pullRequest.types }) }),
    ...(schedules.length === 0 ? {} : { schedule: schedules.map(({ cron }) => ({ cron })) }),
    ...(manual === undefined
      ? {}
      : {
          workflow_dispatch: compact({
            inputs: Object.fromEntries(
              manual.inputs.map((input) => [input.name, renderInput(input)]),
            ),
          }),
        }),
  };
}

const inputTypes = {
  [Input_Type.UNSPECIFIED]: undefined,
  [Input_Type.STRING]: "string",
  [Input_Type.BOOLEAN]: "boolean",
  [Input_Type.NUMBER]: "number",
  [Input_Type.CHOICE]: "choice",
} as const;

function renderInput({ type, description, default: usual, required, options }: Input): Plain {
  return compact({
    description,
    required: flag(required),
    type: inputTypes[type],
    default: type === Input_Type.BOOLEAN && usual !== undefined ? usual === "true" : usual,
    options,
  });
}
