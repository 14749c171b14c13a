import { Fact } from "@slipway/pipeline-sdk/graph";
import type { Value } from "@slipway/pipeline-sdk/graph";

/** The names that GitHub has for events, by ours. */
const events = {
  push: "push",
  "pull-request": "pull_request",
  "merge-queue": "merge_group",
  schedule: "schedule",
  manual: "workflow_dispatch",
} as const;

/** Those whose branch is one of the repository itself, and none that somebody asks to be merged. */
export const isOfBranch = `contains(fromJSON('["push","schedule","workflow_dispatch"]'), github.event_name)`;

/** A text as GitHub's own syntax for one: what would begin an expression is said by one. */
export function quoted(text: string): string {
  return text.replaceAll("${{", "${{ '${{' }}");
}

/** A newer core may say what we do not know: left out, a guarded job would run. */
export function unknownKind(of: string): Error {
  return new Error(`this plugin does not know the kind of a ${of}: it is older than the graph`);
}

/** The value of `env`, `with` or an output: a text, or an expression. */
export function renderValue(value: Value | undefined): string {
  const kind = kindOf(value);
  if (kind.case === "literal") return quoted(kind.value);
  if (kind.case !== "joined") return `\${{ ${operandOf(kind)} }}`;
  return textsTogether(kind.value.of).map(renderValue).join("");
}

/** `$` and `{{` in two texts beside each other would begin an expression. */
function textsTogether(values: readonly Value[]): readonly Value[] {
  return values.reduce<readonly Value[]>((before, value) => {
    const last = before.at(-1);
    if (last?.kind.case !== "literal" || value.kind.case !== "literal") return [...before, value];
    const text = last.kind.value + value.kind.value;
    return [...before.slice(0, -1), { ...last, kind: { case: "literal", value: text } }];
  }, []);
}

type Kind = Exclude<Value["kind"], { case: undefined }>;

function kindOf(value: Value | undefined): Kind {
  if (value === undefined || value.kind.case === undefined) throw unknownKind("value");
  return value.kind;
}

/** A value in a comparison, as a text whatever GitHub has for it: nothing would equal `0`, and an input may be true. */
export function textOperand(value: Value | undefined): string {
  const kind = kindOf(value);
  switch (kind.case) {
    case "literal":
    case "fact":
    case "joined":
      return operandOf(kind);
    case "secret":
    case "input":
    case "env":
    case "setting":
    case "output":
    case "step":
      return `format('{0}', ${operandOf(kind)})`;
  }
}

function operandOf(kind: Kind): string {
  switch (kind.case) {
    case "literal":
      return textOf(kind.value);
    case "secret":
      return `secrets${member(kind.value)}`;
    case "input":
      return `inputs${member(kind.value)}`;
    case "env":
      return `env${member(kind.value)}`;
    case "setting":
      return `vars${member(kind.value)}`;
    case "output":
      return `needs${member(kind.value.job)}.outputs${member(kind.value.name)}`;
    case "step":
      return `steps${member(kind.value.step)}.outputs${member(kind.value.name)}`;
    case "fact":
      return factOf(kind.value);
    case "joined": {
      const places = kind.value.of.map((_, at) => `{${at}}`).join("");
      return `format(${[textOf(places), ...kind.value.of.map(textOperand)].join(", ")})`;
    }
  }
}

function member(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) ? `.${name}` : `[${textOf(name)}]`;
}

/** Where a job gives what one of its steps set. */
export function stepOutput(step: string, output: string): string {
  return `\${{ steps${member(step)}.outputs${member(output)} }}`;
}

/** https://docs.github.com/actions/reference/contexts: the github context. */
function factOf(fact: Fact): string {
  switch (fact) {
    case Fact.COMMIT:
      return "github.sha";
    case Fact.BRANCH:
      return `(${isOfBranch} && github.ref_type == 'branch' && github.ref_name || '')`;
    case Fact.HEAD_BRANCH:
      return "github.head_ref";
    case Fact.TAG:
      return "(github.ref_type == 'tag' && github.ref_name || '')";
    case Fact.EVENT:
      return eventOf();
    case Fact.BASE_BRANCH:
      return "github.base_ref";
    case Fact.RUN_NUMBER:
      return "github.run_number";
    case Fact.ACTOR:
      return "github.actor";
    case Fact.UNSPECIFIED:
      throw unknownKind("fact");
  }
}

/** Our name of the event, which no context has. */
function eventOf(): string {
  const cases = Object.entries(events).map(
    ([ours, theirs]) => `github.event_name == '${theirs}' && '${ours}'`,
  );
  return `(${[...cases, "github.event_name"].join(" || ")})`;
}

/** Whether the event is one that we call `name`. What GitHub alone knows has its own name with us too. */
export function isEvent(name: string): string {
  const theirs = Object.entries(events).find(([ours]) => ours === name)?.[1];
  if (theirs !== undefined) return `github.event_name == '${theirs}'`;
  const isRenamed = Object.values(events).some((one) => one === name);
  return isRenamed ? "false" : `github.event_name == ${textOf(name)}`;
}

/** A text in an expression: a quote is said by two. */
export function textOf(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
