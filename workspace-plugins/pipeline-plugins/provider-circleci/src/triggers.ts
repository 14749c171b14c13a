import { Input_Type } from "@slipway/pipeline-sdk/graph";
import type { Input, PushTrigger, Schedule, Triggers, Workflow } from "@slipway/pipeline-sdk/graph";
import { expandCron } from "./cron.ts";
import { all, any, branch, equal, globPattern, matches, not, source, tag } from "./logic.ts";
import { compact, quoted } from "./plain.ts";
import type { Plain, Table } from "./plain.ts";

/** Whether a tag may start it. */
export function acceptsTags(triggers: Triggers | undefined): boolean {
  const push = triggers?.push;
  if (push === undefined) return triggers?.manual !== undefined;
  return tagsOf(push) !== undefined || triggers?.manual !== undefined;
}

const pushed = equal(source, "webhook");
const scheduled = equal(source, "scheduled_pipeline");
const byHand = equal(source, "api");
const queued = matches(branch, "gh-readonly-queue/**");

/** A pipeline has no list of events: each workflow says for which it is. `undefined`: for none but schedules of its own. */
export function whenOfTriggers(triggers: Triggers, isScheduledOutside: boolean): Plain | undefined {
  const { push, pullRequest, schedules, manual, mergeQueue } = triggers;
  const cases = [
    ...(push === undefined ? [] : pushCases(push)),
    // A push to the branch of a pull request is one like any other.
    ...(pullRequest === undefined ? [] : [all([pushed, not(tag), not(queued)])]),
    ...(mergeQueue === undefined ? [] : [all([pushed, queued])]),
    ...(manual === undefined ? [] : [byHand]),
    ...(schedules.length > 0 && isScheduledOutside ? [scheduled] : []),
  ];
  return cases.length === 0 ? undefined : any(cases);
}

function pushCases(push: PushTrigger): readonly Plain[] {
  const branches = branchesOf(push);
  const tags = tagsOf(push);
  return [
    ...(branches === undefined ? [] : [all([pushed, not(tag), ...branches])]),
    ...(tags === undefined ? [] : [all([pushed, tag, ...tags])]),
  ];
}

/** `undefined`: no branch. */
function branchesOf({
  branches,
  branchesIgnore,
  tags,
  tagsIgnore,
}: PushTrigger): readonly Plain[] | undefined {
  if (branches.length > 0) return [any(branches.map((glob) => matches(branch, glob)))];
  if (branchesIgnore.length > 0) {
    return [not(queued), not(any(branchesIgnore.map((glob) => matches(branch, glob))))];
  }
  return tags.length > 0 || tagsIgnore.length > 0 ? undefined : [not(queued)];
}

/** `undefined`: no tag. */
function tagsOf({
  branches,
  branchesIgnore,
  tags,
  tagsIgnore,
}: PushTrigger): readonly Plain[] | undefined {
  if (tags.length > 0) return [any(tags.map((glob) => matches(tag, glob)))];
  if (tagsIgnore.length > 0) return [not(any(tagsIgnore.map((glob) => matches(tag, glob))))];
  return branches.length > 0 || branchesIgnore.length > 0 ? undefined : [];
}

/** `triggers` of a workflow of its own: what has them is started by nothing else. */
export function renderSchedule({ cron, branches }: Schedule): Plain {
  return [
    {
      schedule: {
        cron: expandCron(cron) ?? cron,
        filters: { branches: { only: branches.map(branchFilter) } },
      },
    },
  ];
}

/** A pattern has to fit all of a name. */
function branchFilter(glob: string): string {
  return /[*?]/.test(glob) ? `/^${globPattern(glob)}$/` : quoted(glob);
}

const types = {
  [Input_Type.STRING]: "string",
  [Input_Type.BOOLEAN]: "boolean",
  [Input_Type.CHOICE]: "enum",
  // CircleCI's own are whole; a text holds any.
  [Input_Type.NUMBER]: "string",
} as const;

/** Parameters of pipelines: https://circleci.com/docs/guides/orchestrate/pipeline-variables. */
export function renderParameters(workflows: readonly Workflow[]): Table {
  const inputs = workflows.flatMap(({ triggers }) => triggers?.manual?.inputs ?? []);
  return Object.fromEntries(inputs.map((input) => [input.name, renderInput(input)]));
}

function renderInput({ type, description, default: usual, options }: Input): Table {
  if (type === Input_Type.UNSPECIFIED) {
    throw new Error("this plugin does not know the type of an input: it is older than the graph");
  }
  const [first = ""] = options;
  const values = {
    [Input_Type.STRING]: quoted(usual ?? ""),
    [Input_Type.NUMBER]: quoted(usual ?? ""),
    [Input_Type.BOOLEAN]: usual === "true",
    [Input_Type.CHOICE]: quoted(usual ?? first),
  };
  return {
    ...compact({
      description: quoted(description),
      type: types[type],
      enum: type === Input_Type.CHOICE ? options.map(quoted) : undefined,
    }),
    // Pipelines that nobody starts by hand need a value too.
    default: values[type],
  };
}
