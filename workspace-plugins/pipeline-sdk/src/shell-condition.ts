import { Comparison_Operator, Status } from "./generated/slipway/pipelines/v1/graph_pb.js";
import type { Comparison, Condition, Value } from "./generated/slipway/pipelines/v1/graph_pb.js";
import { shellQuoted, shellWord } from "./shell-words.ts";
import type { OwnWord } from "./shell-words.ts";

/** A newer core may say what we do not know: left out, a guarded step would run. */
function unknownKind(of: string): Error {
  return new Error(`this plugin does not know the kind of a ${of}: it is older than the graph`);
}

/** Of how the work before ended. */
export type StatusWord = (status: Exclude<Status, Status.UNSPECIFIED>) => string;

export type ConditionWords = { readonly own: OwnWord; readonly status: StatusWord };

/** A command of a POSIX shell that ends with 0 where the condition holds. It can stand in `if` as it is. */
export function shellCondition(condition: Condition, words: ConditionWords): string {
  const { kind } = condition;
  switch (kind.case) {
    case undefined:
      throw unknownKind("condition");
    case "literal":
      return String(kind.value);
    case "status":
      if (kind.value === Status.UNSPECIFIED) throw unknownKind("status");
      return words.status(kind.value);
    case "comparison":
      return compare(kind.value, words.own);
    case "not":
      return `! ${grouped(kind.value, words)}`;
    case "all":
      return kind.value.of.map((one) => grouped(one, words)).join(" && ") || "true";
    case "any":
      return kind.value.of.map((one) => grouped(one, words)).join(" || ") || "false";
  }
}

/** `&&` and `||` of a shell bind alike, and `!` takes the whole pipeline after it. */
export function grouped(condition: Condition, words: ConditionWords): string {
  const text = shellCondition(condition, words);
  const { kind } = condition;
  return kind.case === "all" || kind.case === "any" || kind.case === "not" ? `{ ${text}; }` : text;
}

function compare({ left, operator, right }: Comparison, own: OwnWord): string {
  const asked = askedLines(left, own);
  const word = asked.length === 0 ? shellWord(left, own) : '"$slipway_asked"';
  const test = testOf(word, operator, right);
  return asked.length === 0 ? test : `{ ${[...asked, test].join("; ")}; }`;
}

/** What a program is asked for: where it fails, its text is empty, which is no answer that a condition may hold for. */
function askedLines(value: Value | undefined, own: OwnWord): readonly string[] {
  const words = partsOf(value).map((part) => shellWord(part, own));
  return words.some((word) => word.includes("$("))
    ? words.map((word, at) => `slipway_asked=${at === 0 ? "" : "$slipway_asked"}${word} || exit 1`)
    : [];
}

function partsOf(value: Value | undefined): readonly (Value | undefined)[] {
  return value?.kind.case === "joined" ? value.kind.value.of.flatMap(partsOf) : [value];
}

function testOf(word: string, operator: Comparison_Operator, right: string): string {
  switch (operator) {
    case Comparison_Operator.UNSPECIFIED:
      break;
    case Comparison_Operator.EQUAL:
      return `[ ${word} = ${shellQuoted(right)} ]`;
    case Comparison_Operator.MATCHES:
      // The letter before both keeps a text from being a word of `expr`, and a fit of nothing from being none.
      return `expr x${word} : ${shellQuoted(`x${globPattern(right)}$`)} >/dev/null`;
  }
  throw unknownKind("comparison");
}

/** A basic regular expression: `*` and `?` stay within a part of the name. */
function globPattern(glob: string): string {
  return glob.replaceAll(/\*\*|\*|\?|[^*?]+/g, (part) => {
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : part.replaceAll(/[\\^$.[\]]/g, String.raw`\$&`);
  });
}

/** Whether a condition asks how the work before ended: without that, it is only asked after success. */
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
