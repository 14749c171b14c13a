import type { Contexts } from "./github-expressions.ts";
import type { EventName, Scenario } from "./scenario.ts";

export const githubEvents: Readonly<Record<EventName, string>> = {
  push: "push",
  "pull-request": "pull_request",
  "merge-queue": "merge_group",
  schedule: "schedule",
  manual: "workflow_dispatch",
};

type Needed = { readonly result: string; readonly outputs: Readonly<Record<string, string>> };

/** What GitHub tells of a run: https://docs.github.com/actions/reference/contexts. */
export function githubContexts(
  scenario: Scenario,
  needs: Readonly<Record<string, Needed>>,
): Contexts {
  const { event, actor, commit, runNumber, inputs, settings } = scenario;
  const isPull = event === "pull-request";
  return {
    github: {
      ...refOf(scenario),
      event_name: githubEvents[event],
      sha: commit,
      actor,
      run_number: runNumber,
      run_id: runNumber,
      run_attempt: "1",
      base_ref: isPull ? scenario.baseBranch : "",
      head_ref: isPull ? scenario.headBranch : "",
      event: {},
    },
    inputs: event === "manual" ? typed(inputs) : {},
    vars: settings,
    secrets: {},
    needs,
    strategy: {},
    matrix: {},
  };
}

/** GitHub has no text for what a person ticks. */
function typed(inputs: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, text]) => [
      name,
      text === "true" || text === "false" ? text === "true" : text,
    ]),
  );
}

function refOf({ event, branch, tag, baseBranch }: Scenario) {
  switch (event) {
    case "pull-request":
      return { ref: "refs/pull/1/merge", ref_name: "1/merge", ref_type: "branch" };
    case "merge-queue": {
      const name = `gh-readonly-queue/${baseBranch}/pr-1`;
      return { ref: `refs/heads/${name}`, ref_name: name, ref_type: "branch" };
    }
    case "push":
    case "schedule":
    case "manual":
      return tag === undefined
        ? { ref: `refs/heads/${branch}`, ref_name: branch, ref_type: "branch" }
        : { ref: `refs/tags/${tag}`, ref_name: tag, ref_type: "tag" };
  }
}
