import { Comparison_Operator, Fact, Status } from "@slipway/pipeline-sdk/graph";
import type { Condition, Value } from "@slipway/pipeline-sdk/graph";

/** The names that GitHub has for events, by ours. */
const events: Readonly<Record<string, string>> = {
  push: "push",
  "pull-request": "pull_request",
  schedule: "schedule",
  manual: "workflow_dispatch",
};

/** A text as GitHub's own syntax for one: what would begin an expression is said by one. */
export function quoted(text: string): string {
  return text.replaceAll("${{", "${{ '${{' }}");
}

/** The value of `env`, `with` or an output: a text, or an expression. */
export function renderValue(value: Value | undefined): string {
  const kind = value?.kind;
  if (kind?.case === undefined) return "";
  return kind.case === "literal" ? quoted(kind.value) : `\${{ ${operandOf(kind)} }}`;
}

type Kind = Exclude<Value["kind"], { case: undefined }>;

function operandOf(kind: Kind): string {
  switch (kind.case) {
    case "literal":
      return textOf(kind.value);
    case "secret":
      return `secrets.${kind.value}`;
    case "input":
      return `inputs.${kind.value}`;
    case "env":
      return `env.${kind.value}`;
    case "output":
      return `needs.${kind.value.job}.outputs.${kind.value.name}`;
    case "fact":
      return factOf(kind.value);
  }
}

/** https://docs.github.com/actions/reference/contexts: the github context. */
function factOf(fact: Fact): string {
  switch (fact) {
    case Fact.COMMIT:
      return "github.sha";
    case Fact.BRANCH:
      return "(github.head_ref || github.ref_type == 'branch' && github.ref_name || '')";
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
      return "''";
  }
}

/** Our name of the event, which no context has. */
function eventOf(): string {
  const cases = Object.entries(events).map(
    ([ours, theirs]) => `github.event_name == '${theirs}' && '${ours}'`,
  );
  return `(${[...cases, "github.event_name"].join(" || ")})`;
}

/** A text in an expression: a quote is said by two. */
function textOf(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A condition as an expression without `${{ }}`. GitHub compares texts without regard to case. */
export function renderCondition(condition: Condition): string {
  const { kind } = condition;
  switch (kind.case) {
    case undefined:
      return "true";
    case "literal":
      return String(kind.value);
    case "status":
      return statusOf(kind.value);
    case "not":
      return `!${inner(kind.value)}`;
    case "all":
      return kind.value.of.map((one) => inner(one, "any")).join(" && ");
    case "any":
      return kind.value.of.map((one) => inner(one, "all")).join(" || ");
    case "comparison": {
      const { left, operator, right } = kind.value;
      if (left === undefined || left.kind.case === undefined) return "true";
      if (left.kind.case === "fact" && left.kind.value === Fact.EVENT) {
        return `github.event_name == ${textOf(events[right] ?? right)}`;
      }
      const subject = operandOf(left.kind);
      return operator === Comparison_Operator.MATCHES
        ? matchOf(subject, right)
        : `${subject} == ${textOf(right)}`;
    }
  }
}

/** In brackets where the operator around it binds closer. */
function inner(condition: Condition, ...loose: readonly ("all" | "any")[]): string {
  const text = renderCondition(condition);
  const { kind } = condition;
  if (kind.case === "all" || kind.case === "any" || kind.case === "comparison") {
    const isNegated = loose.length === 0;
    if (isNegated || loose.some((each) => each === kind.case)) return `(${text})`;
  }
  return text;
}

function statusOf(status: Status): string {
  switch (status) {
    case Status.SUCCESS:
    case Status.UNSPECIFIED:
      return "success()";
    case Status.FAILURE:
      return "failure()";
    case Status.ALWAYS:
      return "always()";
    case Status.CANCELLED:
      return "cancelled()";
  }
}

/** Of a glob the parts that expressions can compare. `undefined`: GitHub cannot say it. */
export function matchable(glob: string): "equal" | "prefix" | "prefix-of-part" | undefined {
  if (!/[*?]/.test(glob)) return "equal";
  if (/^[^*?]*\*\*$/.test(glob)) return "prefix";
  return /^[^*?]*\*$/.test(glob) ? "prefix-of-part" : undefined;
}

function matchOf(subject: string, glob: string): string {
  const kind = matchable(glob);
  if (kind === undefined) throw new Error(`internal: ${glob} was to be refused`);
  return kind === "equal"
    ? `${subject} == ${textOf(glob)}`
    : `startsWith(${subject}, ${textOf(glob.replace(/\*+$/, ""))})`;
}

/** Whether a condition asks how jobs ended: without one, GitHub puts `success()` before it. */
export function asksStatus(condition: Condition | undefined): boolean {
  const kind = condition?.kind;
  switch (kind?.case) {
    case "status":
      return true;
    case "not":
      return asksStatus(kind.value);
    case "all":
    case "any":
      return kind.value.of.some(asksStatus);
    case undefined:
    case "literal":
    case "comparison":
      return false;
  }
}

/** Globs of a condition, for what GitHub cannot say. */
export function globsOf(condition: Condition | undefined): readonly string[] {
  const kind = condition?.kind;
  switch (kind?.case) {
    case "comparison":
      return kind.value.operator === Comparison_Operator.MATCHES ? [kind.value.right] : [];
    case "not":
      return globsOf(kind.value);
    case "all":
    case "any":
      return kind.value.of.flatMap(globsOf);
    case undefined:
    case "literal":
    case "status":
      return [];
  }
}
