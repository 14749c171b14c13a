import { Fact } from "@slipway/pipeline-sdk/graph";
import type { Value, Variable } from "@slipway/pipeline-sdk/graph";
import { textOf } from "./groovy.ts";

/** Where a value is asked for. */
export type Scope = {
  /** The id of the job. */
  readonly job: string;
  /** Variables of the file that hold there, the nearest last. */
  readonly variables: readonly Variable[];
};

/** A newer core may say what we do not know: left out, a guarded job would run. */
export function unknownKind(of: string): Error {
  return new Error(`this plugin does not know the kind of a ${of}: it is older than the graph`);
}

/** The value as a piece of Groovy that is a text. */
export function valueOf(value: Value | undefined, scope: Scope): string {
  const kind = value?.kind;
  switch (kind?.case) {
    case undefined:
      throw unknownKind("value");
    case "literal":
      return textOf(kind.value);
    case "secret":
      throw new Error(`internal: the secret ${kind.value} was to be refused`);
    case "input":
      return `given(${textOf(kind.value)})`;
    case "output":
      return `outputOf(${textOf(kind.value.job)}, ${textOf(kind.value.name)})`;
    case "step":
      return `outputOf(${textOf(stepKey(scope.job, kind.value.step))}, ${textOf(kind.value.name)})`;
    case "fact":
      return factOf(kind.value);
    case "setting":
      return `(env.${kind.value} ?: '')`;
    case "env":
      return variableOf(kind.value, scope);
    case "joined":
      return joinedOf(kind.value.of, scope);
  }
}

function joinedOf(parts: readonly Value[], scope: Scope): string {
  return parts.length === 0 ? "''" : `(${parts.map((part) => valueOf(part, scope)).join(" + ")})`;
}

/** What the outputs of a step are kept by; a slash is in no id of a job. */
export function stepKey(job: string, step: string): string {
  return `${job}/${step}`;
}

/** A variable of the file is its value: where a job is decided on, Jenkins knows none of them. */
function variableOf(name: string, scope: Scope): string {
  const found = scope.variables.findLast((variable) => variable.name === name);
  return found === undefined ? `(env.${name} ?: '')` : valueOf(found.value, scope);
}

/** Functions of the prelude. */
function factOf(fact: Fact): string {
  switch (fact) {
    case Fact.COMMIT:
      return "commitId()";
    case Fact.BRANCH:
      return "branchName()";
    case Fact.TAG:
      return "tagName()";
    case Fact.EVENT:
      return "eventName()";
    case Fact.BASE_BRANCH:
      return "baseBranch()";
    case Fact.RUN_NUMBER:
      return "env.BUILD_NUMBER";
    case Fact.ACTOR:
      return "actorName()";
    case Fact.HEAD_BRANCH:
      return "headBranch()";
    case Fact.UNSPECIFIED:
      throw unknownKind("fact");
  }
}

/** Kinds of all parts of a value. */
export function partsOf(value: Value | undefined): readonly Value["kind"][] {
  const kind = value?.kind;
  if (kind === undefined) return [];
  return kind.case === "joined" ? kind.value.of.flatMap(partsOf) : [kind];
}

/** Whether a text is one of a branch, a tag or a pull request alone, which have projects of their own with Jenkins. */
export function isBranchOwn(value: Value | undefined): boolean {
  return partsOf(value).some(
    (kind) =>
      kind.case === "fact" && [Fact.BRANCH, Fact.TAG, Fact.HEAD_BRANCH].includes(kind.value),
  );
}
