import type { Expression, MemberExpression } from "luaparse";
import type { Call, LuaNames } from "./lua-names.ts";
import { argumentsOf } from "./lua-names.ts";
import { fromBytes } from "./lua-text.ts";

export const handlerWays = ["add", "once", "append", "prepend", "before", "after"] as const;
export type HandlerWay = (typeof handlerWays)[number];

/** One call that adds a handler of aos; `name` is `undefined` where it is computed. */
export type HandlerCall = {
  readonly name: string | undefined;
  readonly how: HandlerWay;
  readonly node: Expression;
};

/** `Handlers.add("Info", …)` and its kin, and `Handlers.before("Info").add("Guard", …)`. */
export function handlerCalls({ calls }: LuaNames): readonly HandlerCall[] {
  return calls.flatMap((call): readonly HandlerCall[] => {
    const how = wayOf(call);
    if (how === undefined) return [];
    const given = argumentsOf(call.node);
    const [first] = given;
    if (first?.type === "StringLiteral") {
      return [{ name: fromBytes(first.value), how, node: call.node }];
    }
    // Handlers.once(pattern, handle) is given a name by aos, and is gone after its message.
    if (how === "once" && given.length < 3) return [];
    return [{ name: undefined, how, node: call.node }];
  });
}

function wayOf({ node }: Call): HandlerWay | undefined {
  if (node.base.type !== "MemberExpression" || node.base.indexer !== ".") return undefined;
  const { base, identifier } = node.base;
  const way = adding.find((each) => each === identifier.name);
  if (way === undefined) return undefined;
  if (isHandlers(base)) return way;
  if (base.type !== "CallExpression" && base.type !== "StringCallExpression") return undefined;
  return base.base.type === "MemberExpression" ? beside(base.base) : undefined;
}

const adding = ["add", "once", "append", "prepend"] as const;

function beside({ base, identifier }: MemberExpression): HandlerWay | undefined {
  if (!isHandlers(base)) return undefined;
  return identifier.name === "before" || identifier.name === "after" ? identifier.name : undefined;
}

/** Also where a file has it as a local, from `require(".handlers")`. */
function isHandlers(expression: Expression): boolean {
  return expression.type === "Identifier" && expression.name === "Handlers";
}
