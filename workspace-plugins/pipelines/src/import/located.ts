import { LineCounter, isAlias, isMap, isNode, isPair, isScalar, isSeq, parseDocument } from "yaml";
import type { Document } from "yaml";

/** Both count from 1. */
export type At = { readonly line: number; readonly column: number };

/** A value of a YAML file and where it stands: that of a key at its key. */
export type Located =
  | { readonly kind: "table"; readonly at: At; readonly entries: ReadonlyMap<string, Located> }
  | { readonly kind: "list"; readonly at: At; readonly items: readonly Located[] }
  | { readonly kind: "scalar"; readonly at: At; readonly value: string | number | boolean | null };

export type Plain =
  | string
  | number
  | boolean
  | readonly Plain[]
  | { readonly [key: string]: Plain };

/** With anchors, and with what `<<` merges, put in. */
export function readYaml(
  text: string,
): { readonly root: Located } | { readonly problem: string; readonly at: At } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: "silent" });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const { line, col: column } = problem.linePos?.[0] ?? { line: 1, col: 1 };
    return { problem: problem.message.split("\n")[0] ?? "", at: { line, column } };
  }
  const reader = new Reader(document, lines);
  const root = reader.locate(document.contents, 0);
  return reader.isSpent ? { problem: "its aliases stand for too much", at: root.at } : { root };
}

class Reader {
  readonly #document: Document;
  readonly #lines: LineCounter;
  /** Of aliases in aliases: a few lines of them can stand for more than a machine can hold. */
  #left = 100_000;

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  get isSpent(): boolean {
    return this.#left < 0;
  }

  locate(node: unknown, offset: number): Located {
    this.#left -= 1;
    const at = this.#at(offset);
    if (this.isSpent) return { kind: "scalar", at, value: null };
    if (isAlias(node)) return { ...this.locate(node.resolve(this.#document), offset), at };
    if (isMap(node)) return { kind: "table", at, entries: this.#entries(node.items) };
    if (isSeq(node)) {
      const items = node.items.map((item) => this.locate(item, startOf(item) ?? offset));
      return { kind: "list", at, items };
    }
    const value: unknown = isScalar(node) ? node.value : null;
    return { kind: "scalar", at, value: isPlainScalar(value) ? value : null };
  }

  #entries(items: readonly unknown[]): ReadonlyMap<string, Located> {
    const own = new Map<string, Located>();
    const merged = new Map<string, Located>();
    for (const pair of items) {
      if (!isPair(pair)) continue;
      const name = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
      const value = this.locate(pair.value, startOf(pair.key) ?? 0);
      if (name !== "<<") own.set(name, value);
      else {
        for (const from of value.kind === "list" ? value.items : [value]) {
          if (from.kind !== "table") continue;
          for (const [key, each] of from.entries) if (!merged.has(key)) merged.set(key, each);
        }
      }
    }
    return new Map([...merged, ...own]);
  }

  #at(offset: number): At {
    const { line, col: column } = this.#lines.linePos(offset);
    return { line, column };
  }
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function isPlainScalar(value: unknown): value is string | number | boolean | null {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

export function plainOf(located: Located): Plain {
  switch (located.kind) {
    case "table":
      return Object.fromEntries([...located.entries].map(([key, each]) => [key, plainOf(each)]));
    case "list":
      return located.items.map(plainOf);
    case "scalar":
      return located.value ?? "";
  }
}

/** As GitHub and CircleCI read it where they want a text. `undefined`: it is none, or nothing. */
export function textOf(located: Located | undefined): string | undefined {
  return located?.kind === "scalar" && located.value !== null ? String(located.value) : undefined;
}

export function itemsOf(located: Located | undefined): readonly Located[] {
  return located?.kind === "list" ? located.items : [];
}

export function entriesOf(located: Located | undefined): readonly (readonly [string, Located])[] {
  return located?.kind === "table" ? [...located.entries] : [];
}

/** A text alone stands for a list of it. */
export function textsOf(located: Located | undefined): readonly string[] {
  const all = located?.kind === "list" ? located.items : located === undefined ? [] : [located];
  return all.flatMap((each) => textOf(each) ?? []);
}

/** A table of which nothing is forgotten: what nobody took is left. */
export class Taking {
  readonly #left: Map<string, Located>;
  readonly at: At;

  constructor(located: Located) {
    this.#left = new Map(entriesOf(located));
    this.at = located.at;
  }

  take(key: string): Located | undefined {
    const found = this.#left.get(key);
    this.#left.delete(key);
    return found;
  }

  /** Only what `read` can read is taken. */
  takeIf<Value>(key: string, read: (located: Located) => Value | undefined): Value | undefined {
    const found = this.#left.get(key);
    const value = found === undefined ? undefined : read(found);
    if (value !== undefined) this.#left.delete(key);
    return value;
  }

  left(): readonly (readonly [string, Located])[] {
    return [...this.#left];
  }
}
