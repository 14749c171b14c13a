import type { PushTrigger, Triggers } from "@slipway/pipeline-sdk/graph";
import { all, any, atUpload, eventExpressions, globExpression, not } from "./expressions.ts";
import type { Expression } from "./expressions.ts";

/** Whether the workflow is for the event of a build: Buildkite starts builds by the settings of a pipeline. */
export function triggerExpression(triggers: Triggers | undefined): Expression | undefined {
  if (triggers === undefined) return undefined;
  const { push, pullRequest, schedules, manual, mergeQueue } = triggers;
  return any(
    ...(push === undefined ? [] : [all(eventExpressions.push, pushedTo(push))]),
    ...(pullRequest === undefined
      ? []
      : [
          all(
            eventExpressions["pull-request"],
            ...(pullRequest.branches.length === 0
              ? []
              : [fits("build.pull_request.base_branch", pullRequest.branches)]),
          ),
        ]),
    ...(mergeQueue === undefined ? [] : [eventExpressions["merge-queue"]]),
    ...(schedules.length === 0 ? [] : [eventExpressions.schedule]),
    ...(manual === undefined ? [] : [eventExpressions.manual]),
  );
}

/** A list of branches without tags means no tag, a list of tags without branches no branch. */
function pushedTo({ branches, branchesIgnore, tags, tagsIgnore }: PushTrigger): Expression {
  const forTags =
    tags.length > 0
      ? [all(atUpload.isTag, fits("build.tag", tags))]
      : tagsIgnore.length > 0
        ? [all(atUpload.isTag, not(fits("build.tag", tagsIgnore)))]
        : [];
  const forBranches =
    branches.length > 0
      ? [all(atUpload.isNoTag, fits("build.branch", branches))]
      : branchesIgnore.length > 0
        ? [all(atUpload.isNoTag, not(fits("build.branch", branchesIgnore)))]
        : forTags.length === 0
          ? [atUpload.isNoTag]
          : [];
  return any(...forBranches, ...forTags);
}

function fits(subject: string, globs: readonly string[]): Expression {
  // One that cannot be said is told as a problem of its own.
  return any(...globs.map((glob) => globExpression(subject, glob) ?? "false"));
}

/** Globs that no expression can hold. */
export function globProblems(triggers: Triggers | undefined): readonly string[] {
  const { push, pullRequest } = triggers ?? {};
  const globs = [
    ...(push === undefined
      ? []
      : [...push.branches, ...push.branchesIgnore, ...push.tags, ...push.tagsIgnore]),
    ...(pullRequest?.branches ?? []),
  ];
  return globs.filter((glob) => globExpression("", glob) === undefined);
}
