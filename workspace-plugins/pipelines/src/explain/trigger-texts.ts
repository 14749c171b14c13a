import type { PullRequestTrigger, PushTrigger, Triggers } from "@slipway/pipeline-sdk/graph";

/** What starts a workflow, a line for each kind of event. */
export function triggerTexts(triggers: Triggers): readonly string[] {
  const { push, pullRequest, schedules, manual, mergeQueue } = triggers;
  return [
    ...(push === undefined ? [] : [pushText(push)]),
    ...(pullRequest === undefined ? [] : [pullRequestText(pullRequest)]),
    ...(mergeQueue === undefined ? [] : ["merge queue"]),
    ...schedules.map(({ cron, branches }) =>
      branches.length === 0 ? `schedule ${cron}` : `schedule ${cron} on ${branches.join(", ")}`,
    ),
    ...(manual === undefined ? [] : ["manual"]),
  ];
}

function pushText({ branches, branchesIgnore, tags, tagsIgnore }: PushTrigger): string {
  const said = [
    ...listText("branches", branches),
    ...listText("branches but", branchesIgnore),
    ...listText("tags", tags),
    ...listText("tags but", tagsIgnore),
  ];
  return said.length === 0 ? "push" : `push: ${said.join("; ")}`;
}

function pullRequestText({ branches, types }: PullRequestTrigger): string {
  const said = [...listText("into", branches), ...types];
  return said.length === 0 ? "pull request" : `pull request: ${said.join(", ")}`;
}

function listText(what: string, globs: readonly string[]): readonly string[] {
  return globs.length === 0 ? [] : [`${what} ${globs.join(", ")}`];
}
