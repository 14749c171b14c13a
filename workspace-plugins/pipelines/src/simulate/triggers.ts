import type { Triggers } from "@slipway/pipeline-sdk/graph";
import { globMatches } from "../plan/name-glob.ts";
import type { Scenario } from "./scenario.ts";

/** Why an event starts no run of a workflow. */
export type NotStarted =
  | { readonly reason: "no-trigger"; readonly event: Scenario["event"] }
  | {
      readonly reason: "filtered";
      readonly of: "branch" | "tag" | "base branch" | "action" | "schedule";
      readonly name: string;
    };

/** By the meaning that the graph gives to triggers. `undefined`: a run starts. */
export function whyNotStarted(
  triggers: Triggers | undefined,
  scenario: Scenario,
): NotStarted | undefined {
  const { event } = scenario;
  const none = { reason: "no-trigger", event } as const;
  const { push, pullRequest, mergeQueue, schedules = [], manual } = triggers ?? {};
  switch (event) {
    case "push":
      return push === undefined ? none : whyNotPushed(push, scenario);
    case "pull-request":
      return pullRequest === undefined ? none : whyNotPulled(pullRequest, scenario);
    case "merge-queue":
      return mergeQueue === undefined ? none : undefined;
    case "manual":
      return manual === undefined ? none : undefined;
    case "schedule":
      return schedules.length === 0 ? none : whyNotScheduled(schedules, scenario);
  }
}

type Push = NonNullable<Triggers["push"]>;

function whyNotPushed(
  { branches, branchesIgnore, tags, tagsIgnore }: Push,
  { branch, tag }: Scenario,
): NotStarted | undefined {
  const asksBranches = branches.length + branchesIgnore.length > 0;
  const asksTags = tags.length + tagsIgnore.length > 0;
  const isStarted =
    tag === undefined
      ? asksBranches
        ? passes(branch, branches, branchesIgnore)
        : !asksTags
      : asksTags && passes(tag, tags, tagsIgnore);
  if (isStarted) return undefined;
  return tag === undefined
    ? { reason: "filtered", of: "branch", name: branch }
    : { reason: "filtered", of: "tag", name: tag };
}

function whyNotPulled(
  { branches, types }: NonNullable<Triggers["pullRequest"]>,
  { baseBranch, action }: Scenario,
): NotStarted | undefined {
  const wanted = types.length === 0 ? ["opened", "synchronize", "reopened"] : types;
  if (!wanted.includes(action)) return { reason: "filtered", of: "action", name: action };
  if (passes(baseBranch, branches, [])) return undefined;
  return { reason: "filtered", of: "base branch", name: baseBranch };
}

function whyNotScheduled(
  schedules: Triggers["schedules"],
  { cron, branch }: Scenario,
): NotStarted | undefined {
  const due = schedules.filter((schedule) => cron === undefined || schedule.cron === cron);
  if (due.length === 0) return { reason: "filtered", of: "schedule", name: cron ?? "" };
  const isStarted = due.some(({ branches }) => passes(branch, branches, []));
  return isStarted ? undefined : { reason: "filtered", of: "branch", name: branch };
}

function passes(name: string, wanted: readonly string[], ignored: readonly string[]): boolean {
  const fits = (glob: string): boolean => globMatches(glob, name);
  return (wanted.length === 0 || wanted.some(fits)) && !ignored.some(fits);
}
