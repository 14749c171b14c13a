import { fail, ok } from "@slipway/signature/basics";
import type { Place, Result } from "@slipway/signature";
import type { Node } from "luaparse";
import type { SourceFailure } from "../failure.ts";
import { handlerCalls } from "./lua-handlers.ts";
import type { HandlerWay } from "./lua-handlers.ts";
import { resolveNames } from "./lua-names.ts";
import type { LuaNames } from "./lua-names.ts";
import { requireCalls } from "./lua-requires.ts";
import { parseSyntax } from "./lua-syntax.ts";
import type { LuaSyntax } from "./lua-syntax.ts";
import { fromBytes } from "./lua-text.ts";
import type { LuaText, Spot } from "./lua-text.ts";

export type Require = {
  readonly module: string;
  readonly at: Place;
  readonly spot: Spot;
  /** In a function: run when that is called, maybe never. */
  readonly isLazy: boolean;
  /** By `pcall`: the code can do without. */
  readonly isOptional: boolean;
};

export type Handler = { readonly name: string; readonly how: HandlerWay; readonly spot: Spot };

export type GlobalUse = {
  readonly name: string;
  readonly spot: Spot;
  /** In a function: not before that is called. */
  readonly isLazy: boolean;
};

/** One Lua file, and what it asks of the files and of the process around it. */
export type LuaFile = {
  readonly file: string;
  readonly lua: LuaText;
  readonly requires: readonly Require[];
  readonly handlers: readonly Handler[];
  readonly assigned: readonly GlobalUse[];
  readonly read: readonly GlobalUse[];
  /** It sets globals by computed names, or has an environment of its own: `assigned` is not all. */
  readonly hidesGlobals: boolean;
  /** Where a name is computed that nobody can know before the code runs. */
  readonly computed: readonly { readonly what: "require" | "handler"; readonly spot: Spot }[];
};

export function parseLua(bytes: Uint8Array, file: string): Result<LuaFile, SourceFailure> {
  const syntax = parseSyntax(bytes, file);
  if (!syntax.ok) return syntax;
  try {
    return readFile(syntax.value);
  } catch (error) {
    // The parser reads a chain of operators in a loop; what it makes of it is as deep as it is long.
    if (error instanceof RangeError) return fail({ reason: "lua-too-deep", file });
    throw error;
  }
}

function readFile({ lua, chunk }: LuaSyntax): Result<LuaFile, SourceFailure> {
  const names = resolveNames(chunk);
  const { tooMany } = names;
  if (tooMany !== undefined) return fail({ reason: "lua-locals", at: placeOf(lua, tooMany) });
  const requires = requireCalls(names);
  const handlers = handlerCalls(names);
  return ok({
    file: lua.file,
    lua,
    requires: requires.flatMap(({ module, isLazy, isOptional }) =>
      module === undefined
        ? []
        : [
            {
              module: fromBytes(module.value),
              at: placeOf(lua, module),
              spot: spotOf(lua, module),
              isLazy,
              isOptional,
            },
          ],
    ),
    handlers: handlers.flatMap(({ name, how, node }) =>
      name === undefined ? [] : [{ name, how, spot: spotOf(lua, node) }],
    ),
    assigned: assignedGlobals(lua, names),
    read: globalUses(lua, names, "read"),
    hidesGlobals: names.setsAnyGlobal || names.uses.some(({ node }) => node.name === "_ENV"),
    computed: [
      ...requires
        .filter(({ module }) => module === undefined)
        .map(({ node }) => ({ what: "require" as const, spot: spotOf(lua, node) })),
      ...handlers
        .filter(({ name }) => name === undefined)
        .map(({ node }) => ({ what: "handler" as const, spot: spotOf(lua, node) })),
    ],
  });
}

function assignedGlobals(lua: LuaText, names: LuaNames): readonly GlobalUse[] {
  const fields = names.fieldsOfG.map(({ name, node, functionDepth }) => ({
    name: fromBytes(name),
    spot: spotOf(lua, node),
    isLazy: functionDepth > 0,
  }));
  return [...globalUses(lua, names, "assigned"), ...fields];
}

function globalUses(
  lua: LuaText,
  { uses }: LuaNames,
  wanted: "assigned" | "read",
): readonly GlobalUse[] {
  return uses
    .filter(({ local, use }) => local === undefined && use === wanted)
    .map(({ node, functionDepth }) => ({
      name: node.name,
      spot: spotOf(lua, node),
      isLazy: functionDepth > 0,
    }));
}

function placeOf(lua: LuaText, node: Node): Place {
  const { start, end } = locationOf(node);
  return lua.placeOf(lua.offsetOf(start), lua.offsetOf(end));
}

function spotOf(lua: LuaText, node: Node): Spot {
  return lua.spotOf(locationOf(node).start);
}

function locationOf({ loc }: Node): NonNullable<Node["loc"]> {
  if (loc === undefined) throw new Error("internal: a Lua node without its place");
  return loc;
}
