import { fail, ok } from "@slipway/signature";
import type { Place, Result } from "@slipway/signature";
import luaparse from "luaparse";
import type { CallExpression, Expression, Node, StringCallExpression } from "luaparse";
import type { SourceFailure } from "./failure.ts";

export type Require = { readonly module: string; readonly at: Place };

/** One Lua file: its text with LF line ends, the modules it requires by a literal name, the handlers it adds. */
export type LuaFile = {
  readonly file: string;
  readonly text: string;
  readonly requires: readonly Require[];
  readonly handlers: readonly string[];
};

const adding = new Set(["add", "append", "prepend", "once"]);

export function parseLua(bytes: Uint8Array, file: string): Result<LuaFile, SourceFailure> {
  const text = decode(bytes);
  if (text === undefined) return fail({ reason: "lua-not-utf8", file });
  // Lua strings are bytes: the parser sees one character a byte, and offsets are turned back.
  const source = Buffer.from(text, "utf8").toString("latin1");
  const requires: Require[] = [];
  const handlers: string[] = [];
  const visit = (node: Node): void => {
    if (node.type !== "CallExpression" && node.type !== "StringCallExpression") return;
    const literal = firstLiteral(node);
    if (literal === undefined) return;
    if (isRequire(node.base)) {
      requires.push({ module: literal.value, at: placeOf(source, literal.node, file) });
    }
    if (isHandlersAdd(node.base)) handlers.push(literal.value);
  };
  try {
    luaparse.parse(source, {
      luaVersion: "5.3",
      locations: true,
      comments: false,
      encodingMode: "pseudo-latin1",
      onCreateNode: visit,
    });
  } catch (error) {
    return fail(syntaxFailure(error, source, file));
  }
  return ok({ file, text: text.replaceAll(/\r\n?/g, "\n"), requires, handlers });
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

type Literal = { readonly value: string; readonly node: Expression };

function firstLiteral(call: CallExpression | StringCallExpression): Literal | undefined {
  const node = call.type === "CallExpression" ? call.arguments[0] : call.argument;
  if (node?.type !== "StringLiteral") return undefined;
  return { value: decodeBytes(node.value), node };
}

function isRequire(base: Expression): boolean {
  return base.type === "Identifier" && base.name === "require";
}

function isHandlersAdd(base: Expression): boolean {
  return (
    base.type === "MemberExpression" &&
    base.indexer === "." &&
    base.base.type === "Identifier" &&
    base.base.name === "Handlers" &&
    adding.has(base.identifier.name)
  );
}

function placeOf(source: string, node: Expression, file: string): Place {
  if (node.loc === undefined) throw new Error("internal: a Lua node without its place");
  const start = byteOffset(source, node.loc.start);
  const end = byteOffset(source, node.loc.end);
  return placeOfBytes(source, start, end - start, file);
}

function byteOffset(
  source: string,
  position: { readonly line: number; readonly column: number },
): number {
  const before = source.split("\n").slice(0, position.line - 1);
  return before.reduce((sum, line) => sum + line.length + 1, 0) + position.column;
}

function placeOfBytes(source: string, start: number, length: number, file: string): Place {
  const units = (end: number): number => decodeBytes(source.slice(0, end)).length;
  return { file, offset: units(start), length: units(start + length) - units(start) };
}

function syntaxFailure(error: unknown, source: string, file: string): SourceFailure {
  if (!(error instanceof SyntaxError) || !("index" in error) || typeof error.index !== "number") {
    throw error;
  }
  // The message begins with [line:column], which the place says already.
  const problem = decodeBytes(error.message.replace(/^\[\d+:\d+\] /, ""));
  const start = Math.min(error.index, source.length);
  return { reason: "lua-syntax", problem, at: placeOfBytes(source, start, 1, file) };
}

/** From one character a byte back to text. */
function decodeBytes(text: string): string {
  return Buffer.from(text, "latin1").toString("utf8");
}
