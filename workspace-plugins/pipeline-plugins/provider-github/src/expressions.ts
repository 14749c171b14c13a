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

/** A newer core may say what we do not know: left out, a guarded job would run. */
function unknownKind(of: string): Error {
  return new Error(`this plugin does not know the kind of a ${of}: it is older than the graph`);
}

/** The value of `env`, `with` or an output: a text, or an expression. */
export function renderValue(value: Value | undefined): string {
  const kind = value?.kind;
  if (kind?.case === undefined) throw unknownKind("value");
  if (kind.case === "joined") return kind.value.of.map(renderValue).join("");
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
    case "setting":
      return `vars.${kind.value}`;
    case "step":
      return `steps.${kind.value.step}.outputs.${kind.value.name}`;
    case "joined":
      throw new Error("this plugin compares no text of several parts");
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
      // Of a pull request it is what somebody else called theirs.
      return "(github.event_name != 'pull_request' && github.ref_type == 'branch' && github.ref_name || '')";
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

/** A text in an expression: a quote is said by two. */
function textOf(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A condition as an expression without `${{ }}`. GitHub compares texts without regard to case. */
export function renderCondition(condition: Condition): string {
  const { kind } = condition;
  switch (kind.case) {
    case undefined:
      throw unknownKind("condition");
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
      if (left === undefined || left.kind.case === undefined) throw unknownKind("value");
      switch (operator) {
        case Comparison_Operator.UNSPECIFIED:
          throw unknownKind("comparison");
        case Comparison_Operator.MATCHES:
          return matchOf(subjectOf(left.kind), right);
        case Comparison_Operator.EQUAL:
          return left.kind.case === "fact" && left.kind.value === Fact.EVENT
            ? `github.event_name == ${textOf(events[right] ?? right)}`
            : `${subjectOf(left.kind)} == ${textOf(right)}`;
      }
    }
  }
}

/** As a text: an input may be true or false, which is no text for GitHub. */
function subjectOf(kind: Kind): string {
  return kind.case === "input" ? `format('{0}', ${operandOf(kind)})` : operandOf(kind);
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
      // `success()` of a job is false where any job before it was left out.
      return "(!cancelled() && !failure())";
    case Status.UNSPECIFIED:
      throw unknownKind("status");
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

/** Names of variables that a condition asks for: GitHub knows none where it decides about a job. */
export function variablesOf(condition: Condition | undefined): readonly string[] {
  const kind = condition?.kind;
  switch (kind?.case) {
    case "comparison": {
      const left = kind.value.left?.kind;
      return left?.case === "env" ? [left.value] : [];
    }
    case "not":
      return variablesOf(kind.value);
    case "all":
    case "any":
      return kind.value.of.flatMap(variablesOf);
    case undefined:
    case "literal":
    case "status":
      return [];
  }
}
