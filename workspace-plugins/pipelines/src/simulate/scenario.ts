import { Fact } from "@slipway/pipeline-sdk/graph";

export const events = ["push", "pull-request", "merge-queue", "schedule", "manual"] as const;
export type EventName = (typeof events)[number];

/** What starts a run, as far as anything in a pipeline may ask for it. */
export type Scenario = {
  readonly event: EventName;
  /** That is pushed to, or that a clock or a person starts it on. */
  readonly branch: string;
  /** Pushed, or started by a person: then `branch` counts for nothing. */
  readonly tag: string | undefined;
  /** Of a pull request, or of a queue: what it is to be merged into. */
  readonly baseBranch: string;
  /** Of a pull request: what it comes from. */
  readonly headBranch: string;
  /** What happened to a pull request; usually that it got commits. */
  readonly action: string;
  /** Which of the schedules it is. `undefined`: the first. */
  readonly cron: string | undefined;
  readonly actor: string;
  readonly commit: string;
  readonly runNumber: string;
  /** What a person chose for a run started by hand. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Variables that people set with the provider. */
  readonly settings: Readonly<Record<string, string>>;
  /** `job.name`: what a job would tell others. */
  readonly outputs: Readonly<Record<string, string>>;
};

/** What the graph calls so, in this run. */
export function factOf(scenario: Scenario, fact: Fact): string {
  const { event, tag } = scenario;
  const isAsked = event === "pull-request" || event === "merge-queue";
  switch (fact) {
    case Fact.COMMIT:
      return scenario.commit;
    case Fact.BRANCH:
      return isAsked || tag !== undefined ? "" : scenario.branch;
    case Fact.TAG:
      return isAsked ? "" : (tag ?? "");
    case Fact.EVENT:
      return event;
    case Fact.BASE_BRANCH:
      return event === "pull-request" ? scenario.baseBranch : "";
    case Fact.RUN_NUMBER:
      return scenario.runNumber;
    case Fact.ACTOR:
      return scenario.actor;
    case Fact.HEAD_BRANCH:
      return event === "pull-request" ? scenario.headBranch : "";
    case Fact.UNSPECIFIED:
      throw new Error("internal: a fact that nobody knows");
  }
}
