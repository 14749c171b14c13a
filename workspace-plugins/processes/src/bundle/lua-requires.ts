import type { Expression, StringLiteral } from "luaparse";
import type { Call, LuaNames } from "./lua-names.ts";
import { argumentsOf } from "./lua-names.ts";

/** One call of `require`; `module` is `undefined` where its name is computed. */
export type RequireCall = {
  readonly module: StringLiteral | undefined;
  readonly node: Expression;
  readonly isLazy: boolean;
  readonly isOptional: boolean;
};

/** Calls of `require` itself and by `pcall`, and places that take `require` as a value, where no name can be seen. */
export function requireCalls({ calls, uses, isGlobal }: LuaNames): readonly RequireCall[] {
  const accounted = new Set<Expression>();
  const found: RequireCall[] = [];
  for (const call of calls) {
    const asked = askedBy(call, isGlobal);
    if (asked === undefined) continue;
    accounted.add(asked.require);
    const module = asked.name?.type === "StringLiteral" ? asked.name : undefined;
    const isLazy = call.functionDepth > 0;
    const isOptional = asked.isOptional || call.isGuarded;
    found.push({ module, node: module ?? call.node, isLazy, isOptional });
  }
  const values = uses.filter(
    ({ node, use }) => use === "read" && isGlobal(node, "require") && !accounted.has(node),
  );
  return [
    ...found,
    ...values.map(({ node }) => ({ module: undefined, node, isLazy: true, isOptional: false })),
  ];
}

type Asked = {
  readonly require: Expression;
  readonly name: Expression | undefined;
  readonly isOptional: boolean;
};

function askedBy({ node }: Call, isGlobal: LuaNames["isGlobal"]): Asked | undefined {
  const [first, second, third] = argumentsOf(node);
  if (isGlobal(node.base, "require")) {
    return { require: node.base, name: first, isOptional: false };
  }
  if (first === undefined || !isGlobal(first, "require")) return undefined;
  if (isGlobal(node.base, "pcall")) return { require: first, name: second, isOptional: true };
  if (isGlobal(node.base, "xpcall")) return { require: first, name: third, isOptional: true };
  return undefined;
}
