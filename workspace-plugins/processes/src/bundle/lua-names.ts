import type {
  CallExpression,
  Chunk,
  Expression,
  FunctionDeclaration,
  Identifier,
  Statement,
  StringCallExpression,
  TableCallExpression,
} from "luaparse";

/** One declared local; another declaration of the same name is another one. */
export type Local = { readonly name: string };

/** `local` is `undefined` for a global. */
export type NameUse = {
  readonly node: Identifier;
  readonly use: "declared" | "read" | "assigned";
  readonly local: Local | undefined;
  /** 0 where it runs when its file runs. */
  readonly functionDepth: number;
};

export type Call = {
  readonly node: CallExpression | StringCallExpression | TableCallExpression;
  readonly functionDepth: number;
  /** In a function that is given to `pcall` or `xpcall`. */
  readonly isGuarded: boolean;
};

export type FieldOfG = {
  readonly name: string;
  readonly node: Expression;
  readonly functionDepth: number;
};

export type LuaNames = {
  readonly uses: readonly NameUse[];
  readonly calls: readonly Call[];
  /** Globals that are set as fields of `_G`. */
  readonly fieldsOfG: readonly FieldOfG[];
  /** The first local that is one too many for Lua. */
  readonly tooMany: Identifier | undefined;
  /** A field of `_G` whose name is computed is set: any global may have been. */
  readonly setsAnyGlobal: boolean;
  /** Whether the expression is the global of that name. */
  readonly isGlobal: (expression: Expression, ...names: readonly string[]) => boolean;
};

/** Whom each name of a file means, by Lua's rules of visibility (manual 5.3, 3.5). luaparse's own are wrong in the head of a `for`. */
export function resolveNames(chunk: Chunk): LuaNames {
  const uses: NameUse[] = [];
  const calls: Call[] = [];
  const fieldsOfG: FieldOfG[] = [];
  const globals = new Set<Expression>();
  const found: { setsAnyGlobal: boolean; tooMany: Identifier | undefined } = {
    setsAnyGlobal: false,
    tooMany: undefined,
  };
  const isGlobal: LuaNames["isGlobal"] = (expression, ...names) =>
    expression.type === "Identifier" && globals.has(expression) && names.includes(expression.name);

  visitBlock(chunk.body, { scope: newScope(undefined, 0), functionDepth: 0, isGuarded: false });
  return { uses, calls, fieldsOfG, ...found, isGlobal };

  function visitBlock(statements: readonly Statement[], context: Context): void {
    for (const statement of statements) visitStatement(statement, context);
  }

  function visitInner(statements: readonly Statement[], context: Context): void {
    visitBlock(statements, inner(context));
  }

  function visitStatement(statement: Statement, context: Context): void {
    switch (statement.type) {
      case "LocalStatement":
        visitAll(statement.init, context);
        return declareAll(statement.variables, context);
      case "AssignmentStatement":
        visitAll(statement.init, context);
        return statement.variables.forEach((variable) => visitTarget(variable, context));
      case "CallStatement":
        return visit(statement.expression, context);
      case "FunctionDeclaration":
        return visitFunction(statement, context);
      case "ReturnStatement":
        return visitAll(statement.arguments, context);
      case "DoStatement":
        return visitInner(statement.body, context);
      case "WhileStatement":
        visit(statement.condition, context);
        return visitInner(statement.body, context);
      case "RepeatStatement": {
        const within = inner(context);
        visitBlock(statement.body, within);
        return visit(statement.condition, within);
      }
      case "IfStatement":
        for (const clause of statement.clauses) {
          if (clause.type !== "ElseClause") visit(clause.condition, context);
          visitInner(clause.body, context);
        }
        return;
      case "ForNumericStatement": {
        const { start, end, step, variable, body } = statement;
        visitAll(step === null ? [start, end] : [start, end, step], context);
        return visitLoop([variable], body, context);
      }
      case "ForGenericStatement":
        visitAll(statement.iterators, context);
        return visitLoop(statement.variables, statement.body, context);
      case "LabelStatement":
      case "GotoStatement":
      case "BreakStatement":
        return;
    }
  }

  function visitLoop(
    variables: readonly Identifier[],
    body: readonly Statement[],
    context: Context,
  ): void {
    const within = inner(context);
    within.scope.locals.count += hiddenInLoop;
    declareAll(variables, within);
    visitInner(body, within);
  }

  function visitTarget(target: Expression, context: Context): void {
    if (target.type === "Identifier") return note(target, "assigned", context);
    visit(target, context);
    if (target.type === "MemberExpression" && isGlobal(target.base, "_G")) {
      const { functionDepth } = context;
      fieldsOfG.push({ name: target.identifier.name, node: target, functionDepth });
    }
    if (target.type === "IndexExpression" && isGlobal(target.base, "_G")) {
      setField(target.index, target, context);
    }
  }

  function setField(
    key: Expression | undefined,
    node: Expression,
    { functionDepth }: Context,
  ): void {
    if (key?.type === "StringLiteral") fieldsOfG.push({ name: key.value, node, functionDepth });
    else found.setsAnyGlobal = true;
  }

  function visitFunction(declared: FunctionDeclaration, context: Context): void {
    const { identifier, isLocal } = declared;
    if (identifier?.type === "Identifier") {
      if (isLocal) declare(identifier, context);
      else note(identifier, "assigned", context);
    }
    if (identifier?.type === "MemberExpression") visitTarget(identifier, context);
    const scope = newScope(context.scope, 0);
    const within = { ...context, scope, functionDepth: context.functionDepth + 1 };
    if (identifier?.type === "MemberExpression" && identifier.indexer === ":") {
      scope.names.set("self", { name: "self" });
      scope.locals.count += 1;
    }
    const named = declared.parameters.filter((parameter) => parameter.type === "Identifier");
    declareAll(named, within);
    visitBlock(declared.body, within);
  }

  function visitAll(expressions: readonly Expression[], context: Context): void {
    for (const expression of expressions) visit(expression, context);
  }

  function visit(expression: Expression, context: Context): void {
    switch (expression.type) {
      case "Identifier":
        return note(expression, "read", context);
      case "FunctionDeclaration":
        return visitFunction(expression, { ...context, isGuarded: false });
      case "BinaryExpression":
      case "LogicalExpression":
        return visitAll([expression.left, expression.right], context);
      case "UnaryExpression":
        return visit(expression.argument, context);
      case "MemberExpression":
        return visit(expression.base, context);
      case "IndexExpression":
        return visitAll([expression.base, expression.index], context);
      case "TableConstructorExpression":
        for (const field of expression.fields) {
          if (field.type === "TableKey") visit(field.key, context);
          visit(field.value, context);
        }
        return;
      case "CallExpression":
      case "StringCallExpression":
      case "TableCallExpression":
        return visitCall(expression, context);
      case "StringLiteral":
      case "NumericLiteral":
      case "BooleanLiteral":
      case "NilLiteral":
      case "VarargLiteral":
        return;
    }
  }

  function visitCall(node: Call["node"], context: Context): void {
    visit(node.base, context);
    const given = argumentsOf(node);
    const [first, second] = given;
    const isGuard = isGlobal(node.base, "pcall", "xpcall");
    for (const each of given) {
      if (isGuard && each === first && each.type === "FunctionDeclaration") {
        visitFunction(each, { ...context, isGuarded: true });
      } else visit(each, context);
    }
    if (first !== undefined && isGlobal(first, "_G")) {
      if (isGlobal(node.base, "rawset")) setField(second, node, context);
      if (isGlobal(node.base, "setmetatable")) found.setsAnyGlobal = true;
    }
    calls.push({ node, functionDepth: context.functionDepth, isGuarded: context.isGuarded });
  }

  function declareAll(nodes: readonly Identifier[], context: Context): void {
    for (const node of nodes) declare(node, context);
  }

  function declare(node: Identifier, context: Context): void {
    const { names, locals } = context.scope;
    names.set(node.name, { name: node.name });
    locals.count += 1;
    if (locals.count > mostLocals) found.tooMany ??= node;
    note(node, "declared", context);
  }

  function note(node: Identifier, use: NameUse["use"], { scope, functionDepth }: Context): void {
    const local = localOf(node.name, scope);
    if (local === undefined) globals.add(node);
    uses.push({ node, use, local, functionDepth });
  }
}

export function argumentsOf(call: Call["node"]): readonly Expression[] {
  switch (call.type) {
    case "CallExpression":
      return call.arguments;
    case "StringCallExpression":
      return [call.argument];
    case "TableCallExpression":
      return [call.arguments];
  }
}

/** At once in one function (lparser.c, MAXVARS); a loop has three without a name. */
const mostLocals = 200;
const hiddenInLoop = 3;

type Scope = {
  readonly names: Map<string, Local>;
  /** Of the function, those of the blocks around counted too. */
  readonly locals: { count: number };
  readonly outer: Scope | undefined;
};

type Context = {
  readonly scope: Scope;
  readonly functionDepth: number;
  readonly isGuarded: boolean;
};

function newScope(outer: Scope | undefined, count: number): Scope {
  return { names: new Map(), locals: { count }, outer };
}

function inner(context: Context): Context {
  return { ...context, scope: newScope(context.scope, context.scope.locals.count) };
}

function localOf(name: string, scope: Scope | undefined): Local | undefined {
  for (let at = scope; at !== undefined; at = at.outer) {
    const local = at.names.get(name);
    if (local !== undefined) return local;
  }
  return undefined;
}
