import type { MessageInitShape } from "@bufbuild/protobuf";
import { Comparison_Operator, Fact, Status } from "@slipway/pipeline-sdk/graph";
import type { ConditionSchema, ValueSchema } from "@slipway/pipeline-sdk/graph";
import { parseCondition } from "../definition/condition.ts";
import type { Condition, Operand } from "../definition/condition.ts";
import type { RunFact, Value } from "../definition/values.ts";
import { globMatches } from "./name-glob.ts";
import { resolveParts, resolveText } from "./scope.ts";
import type { KeyPath, Scope } from "./scope.ts";

export type ConditionInit = MessageInitShape<typeof ConditionSchema>;
export type ValueInit = MessageInitShape<typeof ValueSchema>;

const facts = {
  commit: Fact.COMMIT,
  branch: Fact.BRANCH,
  "head-branch": Fact.HEAD_BRANCH,
  tag: Fact.TAG,
  event: Fact.EVENT,
  "base-branch": Fact.BASE_BRANCH,
  "run-number": Fact.RUN_NUMBER,
  actor: Fact.ACTOR,
} as const satisfies Record<RunFact, Fact>;

const statuses = {
  success: Status.SUCCESS,
  failure: Status.FAILURE,
  always: Status.ALWAYS,
  cancelled: Status.CANCELLED,
} as const;

/** A condition of a job or step; what is known now is put in. `undefined`: there is none, or it always holds. */
export function resolveCondition(
  text: string | undefined,
  scope: Scope,
  path: KeyPath,
): ConditionInit | undefined {
  if (text === undefined) return undefined;
  const parsed = parseCondition(text);
  // A faulty one is told by the schema.
  if ("message" in parsed) return undefined;
  const resolved = resolve(parsed, scope, path);
  return isLiteral(resolved, true) ? undefined : resolved;
}

/** Both have to hold. */
export function both(
  first: ConditionInit | undefined,
  second: ConditionInit | undefined,
): ConditionInit | undefined {
  if (first === undefined) return second;
  if (second === undefined) return first;
  return { kind: { case: "all", value: { of: [first, second] } } };
}

function resolve(condition: Condition, scope: Scope, path: KeyPath): ConditionInit {
  switch (condition.kind) {
    case "status":
      return { kind: { case: "status", value: statuses[condition.status] } };
    case "set":
      return (
        known(condition.of, scope, path, (text) => text !== "" && text !== "false") ??
        isSet(condition.of)
      );
    case "compare":
      return compare(condition, scope, path);
    case "not":
      return not(resolve(condition.of, scope, path));
    case "all":
    case "any":
      return joined(
        condition.kind,
        condition.of.map((one) => resolve(one, scope, path)),
      );
  }
}

function compare(
  { left, operator, right: written }: Extract<Condition, { readonly kind: "compare" }>,
  scope: Scope,
  path: KeyPath,
): ConditionInit {
  const right = resolveText(written, scope, path);
  const isEqual = operator === "equals";
  const sign = isEqual ? Comparison_Operator.EQUAL : Comparison_Operator.MATCHES;
  // A text that waits for facts is compared with when they are there.
  if (scope.facts === undefined && right.includes("{{")) {
    const value = isKnown(left) ? textOf(left, scope, path) : undefined;
    const open: ValueInit =
      value === undefined ? valueOf(left) : { kind: { case: "literal", value } };
    return { kind: { case: "comparison", value: { left: open, operator: sign, right } } };
  }
  return (
    known(left, scope, path, (text) => (isEqual ? text === right : globMatches(right, text))) ?? {
      kind: { case: "comparison", value: { left: valueOf(left), operator: sign, right } },
    }
  );
}

/** With what is known already taken out. */
function joined(kind: "all" | "any", of: readonly ConditionInit[]): ConditionInit {
  const deciding = kind === "any";
  if (of.some((one) => isLiteral(one, deciding))) return literal(deciding);
  const open = of.filter((one) => !isLiteral(one, !deciding));
  const [only] = open;
  if (only === undefined) return literal(!deciding);
  return open.length === 1 ? only : { kind: { case: kind, value: { of: open } } };
}

function not(of: ConditionInit): ConditionInit {
  if (isLiteral(of, true)) return literal(false);
  if (isLiteral(of, false)) return literal(true);
  return { kind: { case: "not", value: of } };
}

function literal(value: boolean): ConditionInit {
  return { kind: { case: "literal", value } };
}

function isLiteral({ kind }: ConditionInit, value: boolean): boolean {
  return kind?.case === "literal" && kind.value === value;
}

/** Neither empty nor `false`. */
function isSet(of: Operand): ConditionInit {
  const equals = (right: string): ConditionInit =>
    not({
      kind: {
        case: "comparison",
        value: { left: valueOf(of), operator: Comparison_Operator.EQUAL, right },
      },
    });
  return joined("all", [equals(""), equals("false")]);
}

/** The answer where it does not wait for a run. */
function known(
  operand: Operand,
  scope: Scope,
  path: KeyPath,
  holds: (text: string) => boolean,
): ConditionInit | undefined {
  return isKnown(operand) ? literal(holds(textOf(operand, scope, path))) : undefined;
}

type KnownOperand = Operand & { readonly kind: "matrix" | "variable" };

function isKnown(operand: Operand): operand is KnownOperand {
  return operand.kind === "matrix" || operand.kind === "variable";
}

function textOf({ kind, name }: KnownOperand, scope: Scope, path: KeyPath): string {
  const table = kind === "matrix" ? "matrix" : "variables";
  return resolveText(`{{ ${table}.${name} }}`, scope, path);
}

function valueOf(operand: Operand): ValueInit {
  switch (operand.kind) {
    case "fact":
      return { kind: { case: "fact", value: facts[operand.fact] } };
    case "input":
      return { kind: { case: "input", value: operand.name } };
    case "env":
      return { kind: { case: "env", value: operand.name } };
    case "setting":
      return { kind: { case: "setting", value: operand.name } };
    case "output":
      return { kind: { case: "output", value: { job: operand.job, name: operand.name } } };
    case "matrix":
    case "variable":
      throw new Error(`internal: ${operand.name} is known before a run`);
  }
}

/** A value of `env`, `with` or an input: texts with their templates put in. */
export function resolveValue(value: Value, scope: Scope, path: KeyPath): ValueInit {
  if (typeof value !== "object") {
    return resolveRunText(String(value), scope, path);
  }
  if ("secret" in value) return { kind: { case: "secret", value: value.secret } };
  if ("input" in value) return { kind: { case: "input", value: value.input } };
  if ("fact" in value) return { kind: { case: "fact", value: facts[value.fact] } };
  const [from = "", name = ""] = ("step" in value ? value.step : value.output).split(".");
  return "step" in value
    ? { kind: { case: "step", value: { step: from, name } } }
    : { kind: { case: "output", value: { job: from, name } } };
}

/** A text in which `{{ branch }}` and other facts of the run may stand, and `{{ input.NAME }}`. */
export function resolveRunText(text: string, scope: Scope, path: KeyPath): ValueInit {
  const parts = resolveParts(text, scope, path).map((part): ValueInit => {
    if (part.kind === "text") return { kind: { case: "literal", value: part.text } };
    return part.kind === "fact"
      ? { kind: { case: "fact", value: facts[part.fact] } }
      : { kind: { case: "input", value: part.input } };
  });
  const [only] = parts;
  if (only === undefined) return { kind: { case: "literal", value: "" } };
  return parts.length === 1 ? only : { kind: { case: "joined", value: { of: parts } } };
}

/** What `skip_if` says of branches and variables: the job runs where none of it holds. */
export function conditionOfSkip({
  branch = [],
  env = [],
}: {
  readonly branch?: readonly string[] | undefined;
  readonly env?: readonly string[] | undefined;
}): ConditionInit | undefined {
  const skipping = [
    ...branch.map((glob): ConditionInit => {
      const isGlob = /[*?]/.test(glob);
      const operator = isGlob ? Comparison_Operator.MATCHES : Comparison_Operator.EQUAL;
      const left: ValueInit = { kind: { case: "fact", value: Fact.BRANCH } };
      return { kind: { case: "comparison", value: { left, operator, right: glob } } };
    }),
    ...env.map((name) => isSet({ kind: "setting", name })),
  ];
  if (skipping.length === 0) return undefined;
  const running = joined("all", skipping.map(not));
  return running;
}
