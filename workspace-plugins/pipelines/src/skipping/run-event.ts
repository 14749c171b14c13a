import { digestOf, hexOf } from "@slipway/signature/basics";

/** What started a run, and whose successes it may believe. */
export type RunEvent = {
  readonly event: "push" | "pull-request" | "merge-queue" | "schedule" | "manual";
  /** Of a pull request the one that it is to be merged into. `undefined` for a tag, which may have the name of a branch. */
  readonly branch: string | undefined;
  /** Number of the pull request. */
  readonly pullRequest: string | undefined;
};

type Environment = Readonly<Record<string, string | undefined>>;

type ReadEvent = (environment: Environment) => RunEvent;

const githubEvents: Readonly<Record<string, RunEvent["event"]>> = {
  push: "push",
  pull_request: "pull-request",
  merge_group: "merge-queue",
  schedule: "schedule",
  workflow_dispatch: "manual",
};

/**
 * https://docs.github.com/actions/reference/variables-reference. An event that nobody knows was started on purpose, and is of no branch:
 * there are those that have the rights of a branch and the code of somebody else.
 */
const github: ReadEvent = (environment) => {
  const event = githubEvents[environment["GITHUB_EVENT_NAME"] ?? ""];
  if (event === undefined) return { event: "manual", branch: undefined, pullRequest: undefined };
  const pull = /^refs\/pull\/(\d+)\//.exec(environment["GITHUB_REF"] ?? "")?.[1];
  const isBranch = environment["GITHUB_REF_TYPE"] === "branch" && pull === undefined;
  const branch = isBranch ? environment["GITHUB_REF_NAME"] : environment["GITHUB_BASE_REF"];
  return { event, branch: branch || undefined, pullRequest: pull };
};

/** https://circleci.com/docs/reference/variables. What started a pipeline only its values know: `--event` says it. */
const circleci: ReadEvent = (environment) => {
  const pull = /\/(\d+)$/.exec(environment["CIRCLE_PULL_REQUEST"] ?? "")?.[1];
  const branch = environment["CIRCLE_BRANCH"];
  return {
    event: pull === undefined ? "push" : "pull-request",
    branch: branch || undefined,
    pullRequest: pull,
  };
};

const buildkiteSources: Readonly<Record<string, RunEvent["event"]>> = {
  webhook: "push",
  schedule: "schedule",
  ui: "manual",
  api: "manual",
};

/** https://buildkite.com/docs/pipelines/configure/environment-variables. */
const buildkite: ReadEvent = (environment) => {
  const pull = /^\d+$/.exec(environment["BUILDKITE_PULL_REQUEST"] ?? "")?.[0];
  const source = buildkiteSources[environment["BUILDKITE_SOURCE"] ?? ""] ?? "manual";
  const base = environment["BUILDKITE_PULL_REQUEST_BASE_BRANCH"];
  const isTag = (environment["BUILDKITE_TAG"] ?? "") !== "";
  const branch = pull === undefined && !isTag ? environment["BUILDKITE_BRANCH"] : base;
  const event = source === "push" && pull !== undefined ? "pull-request" : source;
  return { event, branch: branch || undefined, pullRequest: pull };
};

/** https://www.jenkins.io/doc/book/pipeline/jenkinsfile: those of multibranch pipelines. */
const jenkins: ReadEvent = (environment) => {
  const pull = /^\d+$/.exec(environment["CHANGE_ID"] ?? "")?.[0];
  const isTag = (environment["TAG_NAME"] ?? "") !== "";
  const own = isTag ? undefined : environment["BRANCH_NAME"];
  const branch = pull === undefined ? own : environment["CHANGE_TARGET"];
  const event = pull === undefined ? "push" : "pull-request";
  return { event, branch: branch || undefined, pullRequest: pull };
};

export const eventReaders = { github, circleci, buildkite, jenkins } as const;
export type RunProvider = keyof typeof eventReaders;

/**
 * Where the successes of a run are recorded: those of a protected branch, of one pull request, or of one branch; of a tag nowhere. A run
 * believes its own and those of protected branches, and none that a pull request could have written.
 */
export function namespaceOf(
  { pullRequest, branch }: RunEvent,
  protectedBranches: readonly string[],
): string | undefined {
  if (pullRequest !== undefined) return `pull-${pullRequest}`;
  if (branch === undefined) return undefined;
  if (protectedBranches.includes(branch)) return trustedNamespace;
  return `branch-${hexOf(digestOf(branch)).slice(0, 20)}`;
}

export const trustedNamespace = "protected";
