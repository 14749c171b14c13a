import { z } from "zod";
import { runFacts } from "./values.ts";
import type { RunFact } from "./values.ts";

export const statuses = ["success", "failure", "always", "cancelled"] as const;
export type Status = (typeof statuses)[number];

/** What a condition asks for: known when the file is read (`matrix`, `variable`), or when the job runs. */
export type Operand =
  | { readonly kind: "matrix" | "variable" | "env" | "input" | "setting"; readonly name: string }
  | { readonly kind: "output"; readonly job: string; readonly name: string }
  | { readonly kind: "fact"; readonly fact: RunFact };

export type Condition =
  | { readonly kind: "status"; readonly status: Status }
  | { readonly kind: "set"; readonly of: Operand }
  | {
      readonly kind: "compare";
      readonly left: Operand;
      readonly operator: "equals" | "matches";
      readonly right: string;
    }
  | { readonly kind: "all" | "any"; readonly of: readonly Condition[] }
  | { readonly kind: "not"; readonly of: Condition };

/** `offset` is into the text of the condition. */
export type ConditionProblem = { readonly message: string; readonly offset: number };

export const ConditionText = z.string().superRefine((text, context) => {
  const parsed = parseCondition(text);
  if ("message" in parsed) {
    const message = `${parsed.message} (character ${parsed.offset + 1} of the condition)`;
    context.addIssue({ code: "custom", message });
  }
});

type Token = { readonly text: string; readonly offset: number };

const tokens = /\s*(?:(&&|\|\||==|!=|!|\(|\)|"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z_][\w.-]*)|(\S))/gy;

/**
 * `branch == "main" && !failure()`: `||` under `&&` under `!`; `==`, `!=` and `matches` (a glob) compare with a text;
 * a name alone asks whether it is set, and neither empty nor `false`.
 */
export function parseCondition(text: string): Condition | ConditionProblem {
  const read: Token[] = [];
  for (const match of text.matchAll(tokens)) {
    const found = match[1] ?? match[2] ?? "";
    const offset = match.index + match[0].length - found.length;
    if (match[2] !== undefined) return { message: `${found} means nothing here`, offset };
    read.push({ text: found, offset });
  }
  const reader = new Reader(read, text.trimEnd().length);
  const condition = reader.any();
  if ("message" in condition) return condition;
  const left = reader.peek();
  return left === undefined
    ? condition
    : { message: `${left.text} is one too many`, offset: left.offset };
}

/** In one another: in a message each is two, and readers of messages go 100 deep. */
const deepest = 32;

class Reader {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #at = 0;
  #depth = 0;

  constructor(read: readonly Token[], end: number) {
    this.#tokens = read;
    this.#end = end;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #take(text: string): boolean {
    if (this.peek()?.text !== text) return false;
    this.#at += 1;
    return true;
  }

  any(): Condition | ConditionProblem {
    return this.#chain("||", "any", () => this.#chain("&&", "all", () => this.#not()));
  }

  #chain(
    operator: string,
    kind: "all" | "any",
    next: () => Condition | ConditionProblem,
  ): Condition | ConditionProblem {
    const parts: Condition[] = [];
    do {
      const part = next();
      if ("message" in part) return part;
      parts.push(part);
    } while (this.#take(operator));
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind, of: parts };
  }

  #not(): Condition | ConditionProblem {
    if (!this.#take("!")) return this.#primary();
    const of = this.#deeper(() => this.#not());
    return "message" in of ? of : { kind: "not", of };
  }

  #deeper(next: () => Condition | ConditionProblem): Condition | ConditionProblem {
    if (this.#depth === deepest) {
      const message = `more than ${deepest} parentheses and ! are in one another`;
      return { message, offset: this.peek()?.offset ?? this.#end };
    }
    this.#depth += 1;
    const inner = next();
    this.#depth -= 1;
    return inner;
  }

  #primary(): Condition | ConditionProblem {
    const token = this.peek();
    if (token === undefined) return { message: "the condition ends too early", offset: this.#end };
    this.#at += 1;
    if (token.text === "(") return this.#inner();
    if (!/^[A-Za-z_]/.test(token.text)) {
      return { message: `a name is missing before ${token.text}`, offset: token.offset };
    }
    if (this.#take("(")) return this.#call(token);
    const left = operandOf(token);
    if ("message" in left) return left;
    return this.#comparison(left);
  }

  #inner(): Condition | ConditionProblem {
    const inner = this.#deeper(() => this.any());
    if ("message" in inner || this.#take(")")) return inner;
    return { message: ") is missing", offset: this.peek()?.offset ?? this.#end };
  }

  #call({ text, offset }: Token): Condition | ConditionProblem {
    const status = statuses.find((one) => one === text);
    if (status === undefined) {
      return { message: `there is no ${text}(): there are ${statuses.join("(), ")}()`, offset };
    }
    return this.#take(")")
      ? { kind: "status", status }
      : { message: `${text}() takes nothing`, offset: this.peek()?.offset ?? this.#end };
  }

  #comparison(left: Operand): Condition | ConditionProblem {
    const operator = this.peek()?.text;
    if (operator !== "==" && operator !== "!=" && operator !== "matches") {
      return { kind: "set", of: left };
    }
    this.#at += 1;
    const right = this.peek();
    if (right === undefined || !/^["']/.test(right.text)) {
      const message = `${operator} compares with a text in quotes`;
      return { message, offset: right?.offset ?? this.#end };
    }
    this.#at += 1;
    const compared: Condition = {
      kind: "compare",
      left,
      operator: operator === "matches" ? "matches" : "equals",
      right: unquoted(right.text),
    };
    return operator === "!=" ? { kind: "not", of: compared } : compared;
  }
}

function unquoted(text: string): string {
  return text.startsWith("'") ? text.slice(1, -1) : text.slice(1, -1).replaceAll(/\\(.)/g, "$1");
}

const named = {
  matrix: "matrix",
  variables: "variable",
  env: "env",
  input: "input",
  setting: "setting",
} as const;

function operandOf({ text, offset }: Token): Operand | ConditionProblem {
  const fact = runFacts.find((one) => one === text);
  if (fact !== undefined) return { kind: "fact", fact };
  const [first = "", second, third, ...rest] = text.split(".");
  if (rest.length === 0 && second !== undefined && second !== "") {
    if (first === "output" && third !== undefined)
      return { kind: "output", job: second, name: third };
    const kind = Object.entries(named).find(([name]) => name === first)?.[1];
    if ((kind === "env" || kind === "setting") && !/^[A-Za-z_]\w*$/.test(second))
      return { message: `${second} is no name of a variable`, offset };
    if (kind !== undefined && third === undefined) return { kind, name: second };
  }
  const known = [
    ...runFacts,
    "matrix.NAME",
    "variables.NAME",
    "env.NAME",
    "input.NAME",
    "setting.NAME",
    "output.JOB.NAME",
  ];
  return { message: `there is no ${text}: there are ${known.join(", ")}`, offset };
}
