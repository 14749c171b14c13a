import { Comparison_Operator, Fact, Status } from "@slipway/pipeline-sdk/graph";
import type { Comparison, Condition, Value } from "@slipway/pipeline-sdk/graph";
import { isEvent, textOf, textOperand, unknownKind } from "./expressions.ts";
import { matchText } from "./globs.ts";

type Where = "job" | "step";

/**
 * That all before a job ended well or were left out. `success()` would be false where any of them was left out, and `failure()`
 * and `cancelled()` say nothing of a job that was cancelled alone, by its time limit or its group.
 */
export const wellBefore = "!cancelled() && !failure() && !contains(needs.*.result, 'cancelled')";

/** A condition as an expression without `${{ }}`. GitHub compares texts without regard to case. */
export function renderCondition(condition: Condition, where: Where): string {
  const { kind } = condition;
  switch (kind.case) {
    case undefined:
      throw unknownKind("condition");
    case "literal":
      return String(kind.value);
    case "status":
      return statusOf(kind.value, where);
    case "not":
      return `!${inner(kind.value, where)}`;
    case "all":
      return joined(kind.value.of, " && ", where) ?? "true";
    case "any":
      return joined(kind.value.of, " || ", where) ?? "false";
    case "comparison":
      return comparisonOf(kind.value);
  }
}

function joined(of: readonly Condition[], by: string, where: Where): string | undefined {
  const [only] = of;
  if (of.length < 2) return only === undefined ? undefined : inner(only, where);
  return of.map((one) => inner(one, where, by === " && " ? "any" : "all")).join(by);
}

function comparisonOf({ left, operator, right }: Comparison): string {
  switch (operator) {
    case Comparison_Operator.UNSPECIFIED:
      throw unknownKind("comparison");
    case Comparison_Operator.MATCHES: {
      const fits = (glob: string): string | undefined =>
        matchText(textOperand(left), glob, isPlain(left));
      const text = fits(right) ?? fits(widened(right));
      if (text === undefined) throw new Error(`internal: ${right} was to be refused`);
      return text;
    }
    case Comparison_Operator.EQUAL:
      return left?.kind.case === "fact" && left.kind.value === Fact.EVENT
        ? isEvent(right)
        : `${textOperand(left)} == ${textOf(right)}`;
  }
}

const plainFacts = [Fact.COMMIT, Fact.EVENT, Fact.RUN_NUMBER, Fact.ACTOR];

/** Whether a value has no slashes in it. */
function isPlain(value: Value | undefined): boolean {
  const kind = value?.kind;
  return kind?.case === "fact" && plainFacts.includes(kind.value);
}

/** In brackets where the operator around it binds closer. */
function inner(condition: Condition, where: Where, loose?: "all" | "any"): string {
  const text = renderCondition(condition, where);
  const { kind } = condition;
  const isList = (kind.case === "all" || kind.case === "any") && kind.value.of.length > 1;
  const isLoose =
    loose === undefined ? isList || kind.case === "comparison" : isList && kind.case === loose;
  return isLoose ? `(${text})` : text;
}

function statusOf(status: Status, where: Where): string {
  switch (status) {
    case Status.SUCCESS:
      return where === "step" ? "success()" : `(${wellBefore})`;
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

type Leaf = Extract<Condition["kind"], { case: "status" | "comparison" }> & {
  /** An odd number of times. */
  readonly isNegated: boolean;
};

function leavesOf(condition: Condition | undefined, isNegated = false): readonly Leaf[] {
  const kind = condition?.kind;
  switch (kind?.case) {
    case "status":
    case "comparison":
      return [{ ...kind, isNegated }];
    case "not":
      return leavesOf(kind.value, !isNegated);
    case "all":
    case "any":
      return kind.value.of.flatMap((one) => leavesOf(one, isNegated));
    case undefined:
    case "literal":
      return [];
  }
}

/** Whether a condition asks how jobs or steps ended: without that, GitHub puts `success()` before it. */
export function asksStatus(condition: Condition | undefined): boolean {
  return leavesOf(condition).some((leaf) => leaf.case === "status");
}

export function asksSuccess(condition: Condition | undefined): boolean {
  return leavesOf(condition).some(
    (leaf) => leaf.case === "status" && leaf.value === Status.SUCCESS,
  );
}

type UnsayableGlob = {
  readonly glob: string;
  /** What is said for it, where that lets nothing run which the condition keeps from running. */
  readonly instead: string | undefined;
};

/** Globs of a condition that no expression says. */
export function unsayableGlobs(condition: Condition | undefined): readonly UnsayableGlob[] {
  return leavesOf(condition).flatMap((leaf): readonly UnsayableGlob[] => {
    if (leaf.case !== "comparison" || leaf.value.operator !== Comparison_Operator.MATCHES)
      return [];
    const { left, right: glob } = leaf.value;
    const isSayable = (one: string): boolean => matchText("", one, isPlain(left)) !== undefined;
    if (isSayable(glob)) return [];
    return [
      { glob, instead: leaf.isNegated && isSayable(widened(glob)) ? widened(glob) : undefined },
    ];
  });
}

/** With all of the rest of a name in the place of its next part. */
function widened(glob: string): string {
  return glob.replace(/(?<!\*)\*$/, "**");
}

/** What a condition compares. */
export function valuesIn(condition: Condition | undefined): readonly Value[] {
  return leavesOf(condition).flatMap((leaf) =>
    leaf.case === "comparison" ? (leaf.value.left ?? []) : [],
  );
}
