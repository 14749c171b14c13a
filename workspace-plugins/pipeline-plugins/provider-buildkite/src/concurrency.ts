import { Fact } from "@slipway/pipeline-sdk/graph";
import type { Job, Value, Workflow } from "@slipway/pipeline-sdk/graph";
import { compact } from "./plain.ts";
import type { Table } from "./plain.ts";
import { uploadVariable } from "./uploaded.ts";
import { unknown } from "./unknown.ts";

/** Groups are of the whole organisation. */
export function oneOf(group: Value | undefined): Table {
  const name = `${uploadVariable("BUILDKITE_PIPELINE_SLUG")}/${groupText(group) ?? ""}`;
  return { concurrency: 1, concurrency_group: name };
}

/**
 * A gate: steps of one group run in the order in which they were made, so that what begins a later build waits for what ends this one.
 * https://buildkite.com/docs/pipelines/configure/workflows/controlling-concurrency
 */
export function beginStep(
  key: string,
  group: Value | undefined,
  condition: string | undefined,
): Table {
  return compact({
    label: "alone from here",
    key,
    depends_on: [],
    if: condition,
    command: "true",
    ...oneOf(group),
  });
}

export function endStep(
  key: string,
  { jobs, concurrency }: Workflow,
  condition: string | undefined,
): Table {
  return compact({
    label: "alone up to here",
    key,
    depends_on: jobs.map(({ id }: Job) => ({ step: id, allow_failure: true })),
    if: condition,
    command: "true",
    ...oneOf(concurrency?.group),
  });
}

/** As known when the steps are uploaded. `undefined`: it is not. */
export function groupText(value: Value | undefined): string | undefined {
  const kind = value?.kind;
  switch (kind?.case) {
    case "literal":
      return kind.value;
    case "joined": {
      const parts = kind.value.of.map(groupText);
      return parts.some((part) => part === undefined) ? undefined : parts.join("");
    }
    case "fact": {
      const name = groupFacts[kind.value];
      return name === undefined ? undefined : uploadVariable(name);
    }
    case "secret":
    case "input":
    case "output":
    case "env":
    case "step":
    case "setting":
      return undefined;
    case undefined:
      throw unknown("the kind of a value");
  }
}

/** A pull request has the branch that it comes from. */
const groupFacts: { readonly [fact in Fact]?: string } = {
  [Fact.COMMIT]: "BUILDKITE_COMMIT",
  [Fact.BRANCH]: "BUILDKITE_BRANCH",
  [Fact.TAG]: "BUILDKITE_TAG",
  [Fact.BASE_BRANCH]: "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
  [Fact.RUN_NUMBER]: "BUILDKITE_BUILD_NUMBER",
  [Fact.ACTOR]: "BUILDKITE_BUILD_CREATOR",
};
