import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import luaparse from "luaparse";
import type { Chunk } from "luaparse";
import type { ForeignSyntax, SourceFailure } from "../failure.ts";
import { fromBytes, openLuaText } from "./lua-text.ts";
import type { LuaText } from "./lua-text.ts";

export type LuaSyntax = { readonly lua: LuaText; readonly chunk: Chunk };

/** What nobody writes by hand, and takes the parser seconds. */
const largestFileBytes = 4 * 1024 * 1024;

/** Lua 5.3, which aos runs. */
export function parseSyntax(bytes: Uint8Array, file: string): Result<LuaSyntax, SourceFailure> {
  const sizeBytes = bytes.byteLength;
  if (sizeBytes > largestFileBytes) {
    return fail({ reason: "lua-too-large", file, sizeBytes, limitBytes: largestFileBytes });
  }
  const lua = openLuaText(bytes, file);
  if (lua === undefined) return fail({ reason: "lua-not-utf8", file });
  try {
    return ok({ lua, chunk: parseChunk(lua.source) });
  } catch (error) {
    return fail(firstSymbolFailure(error, lua) ?? syntaxFailure(error, lua));
  }
}

/** Throws `SyntaxError` with `index`; `RangeError` where the nesting is deeper than the stack. */
export function parseChunk(source: string): Chunk {
  return luaparse.parse(source, { ...parserOptions, locations: true });
}

export const parserOptions = {
  luaVersion: "5.3",
  comments: false,
  encodingMode: "pseudo-latin1",
} as const;

function syntaxFailure(error: unknown, lua: LuaText): SourceFailure {
  if (error instanceof RangeError) return { reason: "lua-too-deep", file: lua.file };
  if (!(error instanceof SyntaxError) || !("index" in error) || typeof error.index !== "number") {
    throw error;
  }
  // The message begins with [line:column], which the place says already.
  const problem = fromBytes(error.message.replace(/^\[\d+:\d+\] /, ""));
  const start = Math.min(error.index, lua.source.length);
  const at = lua.placeOf(start, start + 1);
  const foreign = foreignSyntax(lineAround(lua.source, start));
  return { reason: "lua-syntax", problem, at, ...(foreign === undefined ? {} : { foreign }) };
}

const beforeFirstToken = /^(?:\s|--\[(=*)\[[^]*?\]\1\]|--[^\n]*)*/;

/** luaparse tells of the token before what it does not know: of none it fails, or tells of another file's last. */
function firstSymbolFailure(error: unknown, lua: LuaText): SourceFailure | undefined {
  const start = beforeFirstToken.exec(lua.source)?.[0].length ?? 0;
  const isUnknown = error instanceof SyntaxError && error.message.includes("unexpected symbol");
  const isFirst = isUnknown && "index" in error && error.index === start;
  if (!isFirst && !(error instanceof TypeError)) return undefined;
  // A character has up to four bytes.
  const [symbol = ""] = fromBytes(lua.source.slice(start, start + 4));
  const problem = `unexpected symbol '${symbol}' at the beginning`;
  return { reason: "lua-syntax", problem, at: lua.placeOf(start, start + symbol.length) };
}

/** What the line would be in another language: people and models write those by habit. */
function foreignSyntax(line: string): ForeignSyntax | undefined {
  return foreign.find(([, shape]) => shape.test(line))?.[0];
}

const foreign: readonly (readonly [ForeignSyntax, RegExp])[] = [
  ["attribute-of-lua-5.4", /<\s*(?:const|close)\s*>/],
  ["number-of-luajit", /\b(?:0b[01]+|\d+(?:u?ll|i))\b/i],
  ["not-equal-of-c", /!=/],
  ["assignment-of-c", /(?:[-+*/%]|\.\.)=|\+\+/],
  ["logic-of-c", /&&|\|\||![\w(]/],
];

function lineAround(source: string, at: number): string {
  const start = source.lastIndexOf("\n", at - 1) + 1;
  const end = source.indexOf("\n", at);
  return source.slice(start, end === -1 ? source.length : end);
}
