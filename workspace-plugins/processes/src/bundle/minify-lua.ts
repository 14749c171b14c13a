import luaparse from "luaparse";
import type { Chunk } from "luaparse";
import { resolveNames } from "./lua-names.ts";
import type { LuaNames } from "./lua-names.ts";
import { parseChunk, parserOptions } from "./lua-syntax.ts";
import { fromBytes } from "./lua-text.ts";
import type { LuaText } from "./lua-text.ts";

/**
 * The same program without comments and spaces, with short names of locals. Token by token: luamin and lua-format print
 * a tree, and lose the parentheses of `(a + b) // c` or do not know `&`. What comes out is parsed again and compared.
 */
export function minifyLua({ file, source, offsetOf }: LuaText): string {
  const chunk = parseChunk(source);
  const names = resolveNames(chunk);
  const short = shortNames(names);
  const renamed = new Map<number, string>();
  for (const { node, local } of names.uses) {
    if (local === undefined || node.loc === undefined) continue;
    renamed.set(offsetOf(node.loc.start), short.get(local.name) ?? local.name);
  }
  const pieces: string[] = [];
  for (const [start, end] of tokenRanges(source)) {
    const token = renamed.get(start) ?? source.slice(start, end);
    const last = pieces.at(-1);
    if (last !== undefined && wouldJoin(last, token)) pieces.push(" ");
    pieces.push(token);
  }
  const minified = pieces.join("");
  if (formOf(parseChunk(minified)) !== formOf(chunk, names)) {
    throw new Error(`internal: ${file} is another program when it is minified`);
  }
  return fromBytes(minified);
}

/** Names that mean something without being written have to stay. */
const kept: ReadonlySet<string> = new Set(["self", "_ENV"]);

const keywords: ReadonlySet<string> = new Set(
  (
    "and break do else elseif end false for function goto if in local nil not or repeat return " +
    "then true until while"
  ).split(" "),
);

/** One short name for each name: no two become one, none becomes a global's, so each still means what it meant. */
function shortNames({ uses }: LuaNames): ReadonlyMap<string, string> {
  const taken = new Set([...kept, ...keywords]);
  const counts = new Map<string, number>();
  for (const { node, local } of uses) {
    if (local === undefined) taken.add(node.name);
    else if (!kept.has(local.name)) counts.set(local.name, (counts.get(local.name) ?? 0) + 1);
  }
  const byUse = [...counts].toSorted(([a, na], [b, nb]) => nb - na || (a < b ? -1 : 1));
  const free = freeNames(taken);
  return new Map(byUse.map(([name]) => [name, free.next().value]));
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const digits = "0123456789";

function* freeNames(taken: ReadonlySet<string>): Generator<string, never> {
  for (let count = 0; ; count += 1) {
    const name = nameOf(count);
    if (!taken.has(name)) yield name;
  }
}

/** 0 is `a`, 52 is `aa`: a letter, then letters and digits. */
function nameOf(count: number): string {
  const first = letters[count % letters.length] ?? "";
  const rest = Math.floor(count / letters.length);
  return rest === 0 ? first : first + tailOf(rest - 1);
}

function tailOf(count: number): string {
  const all = letters + digits;
  const rest = Math.floor(count / all.length);
  return (all[count % all.length] ?? "") + (rest === 0 ? "" : tailOf(rest - 1));
}

const endOfFile = 1;

function tokenRanges(source: string): readonly (readonly [start: number, end: number])[] {
  const lexer = luaparse.parse("", { ...parserOptions, wait: true });
  lexer.write(source);
  const ranges: [number, number][] = [];
  for (;;) {
    const { type, range } = lexer.lex();
    if (type === endOfFile) return ranges;
    ranges.push(range);
  }
}

/** Whether two tokens side by side would be read as others. */
function wouldJoin(left: string, right: string): boolean {
  const pair = `${left.at(-1)}${right[0]}`;
  if (/^\w\w$/.test(pair)) return true;
  if (/^\.[.\d]$/.test(pair) || (/^\.?\d/.test(left) && right.startsWith("."))) return true;
  return /^(?:--|\[\[|\[=|[=~<>]=|<<|>>|\/\/|::)$/.test(pair);
}

/** All of a program but where it stands and how its locals are called. */
function formOf(chunk: Chunk, names = resolveNames(chunk)): string {
  const locals = new Map<unknown, number>();
  const numbers = new Map<unknown, number>();
  for (const { node, local } of names.uses) {
    if (local === undefined) continue;
    const number = locals.get(local) ?? locals.size;
    locals.set(local, number);
    numbers.set(node, number);
  }
  return JSON.stringify(chunk, (key, value: unknown) => {
    if (key === "loc") return undefined;
    const number = numbers.get(value);
    return number === undefined ? value : { local: number };
  });
}
