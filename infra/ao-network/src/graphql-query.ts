import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { NetworkFailure } from "./failure.ts";

/** A selected field of a GraphQL query, its variables already filled in. */
export type Field = {
  readonly alias: string;
  readonly name: string;
  readonly arguments: ReadonlyMap<string, unknown>;
  readonly selection: readonly Field[];
};

/** Parses one anonymous or named query: fields, aliases, arguments, variables; no fragments or directives. */
export function parseQuery(
  text: string,
  variables: Readonly<Record<string, unknown>>,
): Result<readonly Field[], NetworkFailure> {
  try {
    return ok(new QueryReader(tokensOf(text), variables).readDocument());
  } catch (error) {
    if (error instanceof QuerySyntaxError) {
      return fail({ reason: "query-invalid", detail: error.message });
    }
    throw error;
  }
}

class QuerySyntaxError extends Error {}

const tokenPattern =
  /(?:[\s,\uFEFF]+|#[^\n]*)|([_A-Za-z]\w*|-?\d+|"(?:[^"\\\n]|\\.)*"|[!$():=@[\]{|}])/gy;

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.length) {
    const at = tokenPattern.lastIndex;
    const match = tokenPattern.exec(text);
    if (match === null) throw new QuerySyntaxError(`unexpected ${text.slice(at, at + 10)}`);
    if (match[1] !== undefined) tokens.push(match[1]);
  }
  return tokens;
}

/** Reads tokens one after another; a value is read to its end in one call. */
class QueryReader {
  readonly #tokens: readonly string[];
  readonly #variables: Readonly<Record<string, unknown>>;
  #next = 0;

  constructor(tokens: readonly string[], variables: Readonly<Record<string, unknown>>) {
    this.#tokens = tokens;
    this.#variables = variables;
  }

  readDocument(): readonly Field[] {
    if (this.#takeIf("query")) {
      if (this.#peek() !== "{" && this.#peek() !== "(") this.#take();
      if (this.#peek() === "(") this.#skipVariableDefinitions();
    }
    const selection = this.#readSelection();
    if (this.#next !== this.#tokens.length) throw new QuerySyntaxError("one query at a time");
    return selection;
  }

  #readSelection(): readonly Field[] {
    this.#expect("{");
    const fields: Field[] = [];
    while (!this.#takeIf("}")) fields.push(this.#readField());
    return fields;
  }

  #readField(): Field {
    const first = this.#takeName();
    const name = this.#takeIf(":") ? this.#takeName() : first;
    const given = this.#takeIf("(") ? this.#readPairs(")") : new Map<string, unknown>();
    const selection = this.#peek() === "{" ? this.#readSelection() : [];
    return { alias: first, name, arguments: given, selection };
  }

  #readPairs(end: ")" | "}"): ReadonlyMap<string, unknown> {
    const pairs = new Map<string, unknown>();
    while (!this.#takeIf(end)) {
      const name = this.#takeName();
      this.#expect(":");
      pairs.set(name, this.#readValue());
    }
    return pairs;
  }

  #readValue(): unknown {
    const token = this.#take();
    if (token === "$") return this.#variables[this.#takeName()];
    if (token === "{") return Object.fromEntries(this.#readPairs("}"));
    if (token === "[") return this.#readList();
    if (token === "null") return undefined;
    if (token === "true" || token === "false") return token === "true";
    if (/^["\d-]/.test(token)) return this.#readLiteral(token);
    if (/^\w/.test(token)) return token;
    throw new QuerySyntaxError(`unexpected ${token}`);
  }

  #readLiteral(token: string): unknown {
    try {
      return JSON.parse(token);
    } catch (error) {
      throw new QuerySyntaxError(`unreadable ${token}`, { cause: error });
    }
  }

  #readList(): readonly unknown[] {
    const values: unknown[] = [];
    while (!this.#takeIf("]")) values.push(this.#readValue());
    return values;
  }

  #skipVariableDefinitions(): void {
    this.#expect("(");
    while (!this.#takeIf(")")) this.#take();
  }

  #peek(): string | undefined {
    return this.#tokens[this.#next];
  }

  #take(): string {
    const token = this.#peek();
    if (token === undefined) throw new QuerySyntaxError("unexpected end");
    this.#next += 1;
    return token;
  }

  #takeIf(expected: string): boolean {
    if (this.#peek() !== expected) return false;
    this.#next += 1;
    return true;
  }

  #takeName(): string {
    const token = this.#take();
    if (!/^[_A-Za-z]\w*$/.test(token)) throw new QuerySyntaxError(`unexpected ${token}`);
    return token;
  }

  #expect(expected: string): void {
    const token = this.#take();
    if (token !== expected) throw new QuerySyntaxError(`expected ${expected}, found ${token}`);
  }
}
