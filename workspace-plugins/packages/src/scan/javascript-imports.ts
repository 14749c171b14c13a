import { parseSync, Visitor } from "oxc-parser";
import type { Argument, CallExpression, Expression, Function, Program } from "oxc-parser";
import { placesIn } from "./places.ts";
import type { ImportKind, ReadSource } from "./source-import.ts";

/** Of JavaScript and TypeScript, with JSX where the name of the file allows it. */
export function javascriptImports(path: string, text: string): ReadSource {
  const placeOf = placesIn(text);
  const { program, errors } = parsed(path, text);
  const error = errors.find(({ severity }) => isError(severity));
  if (error !== undefined) {
    return { problem: "syntax", message: error.message, ...placeOf(error.labels[0]?.start ?? 0) };
  }
  const isDeclaration = /\.d\.[cm]?ts$/.test(path);
  return importsOf(program, isDeclaration ? "types" : "runtime")
    .toSorted((a, b) => a.start - b.start)
    .map(({ start, specifier, kind }) => ({ ...placeOf(start), specifier, names: [], kind }));
}

/** The parser's enumeration has no values at run time. */
function isError(severity: string): boolean {
  return severity === "Error";
}

type Parsed = ReturnType<typeof parseSync>;

/** A file that may be either kind of module is taken for the one that it is written in. */
function parsed(path: string, text: string): Parsed {
  // Names that say nothing to the parser, such as `app.js`, may hold JSX: bundlers take it there.
  const lang = /\.(?:[cm]?js|jsx)$/.test(path) ? ({ lang: "jsx" } as const) : {};
  if (/\.c[jt]s$/.test(path)) return parseSync(path, text, { ...lang, sourceType: "commonjs" });
  const result = parseSync(path, text, { ...lang, sourceType: "unambiguous" });
  if (result.errors.length === 0 || result.module.hasModuleSyntax) return result;
  const asCommonJs = parseSync(path, text, { ...lang, sourceType: "commonjs" });
  return asCommonJs.errors.length === 0 ? asCommonJs : result;
}

type Found = { readonly start: number; readonly specifier: string; readonly kind: ImportKind };

function importsOf(program: Program, standard: "runtime" | "types"): readonly Found[] {
  const found: Found[] = [];
  const inside = { guarded: 0, ownRequire: 0 };
  // The blocks of `try` with a `catch`: what fails in them is known to be able to.
  const guarded = new Set<object>();
  const kindOf = (kind: "type" | "value" | null | undefined) =>
    kind === "type" ? "types" : standard;
  const add = (start: number, specifier: string | undefined, kind: ImportKind = standard) => {
    if (specifier !== undefined) found.push({ start, specifier, kind });
  };
  const called = () => (standard === "runtime" && inside.guarded > 0 ? "optional" : standard);
  const enter = ({ params }: Pick<Function, "params">) => {
    inside.ownRequire += namesRequire(params) ? 1 : 0;
  };
  const leave = ({ params }: Pick<Function, "params">) => {
    inside.ownRequire -= namesRequire(params) ? 1 : 0;
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.start, node.source.value, kindOf(node.importKind)),
    ExportNamedDeclaration: (node) => add(node.start, node.source?.value, kindOf(node.exportKind)),
    ExportAllDeclaration: (node) => add(node.start, node.source.value, kindOf(node.exportKind)),
    TSImportType: (node) => add(node.start, node.source.value, "types"),
    TSImportEqualsDeclaration: (node) => {
      const { moduleReference: from } = node;
      if (from.type !== "TSExternalModuleReference") return;
      add(node.start, from.expression.value, kindOf(node.importKind));
    },
    ImportExpression: (node) => add(node.start, textOf(node.source), called()),
    CallExpression: (node) => {
      if (loads(node, inside.ownRequire > 0)) add(node.start, textOf(node.arguments[0]), called());
    },
    BlockStatement: (node) => {
      inside.guarded += guarded.has(node) ? 1 : 0;
    },
    "BlockStatement:exit": (node) => {
      inside.guarded -= guarded.has(node) ? 1 : 0;
    },
    TryStatement: (node) => {
      if (node.handler !== null) guarded.add(node.block);
    },
    FunctionDeclaration: enter,
    "FunctionDeclaration:exit": leave,
    FunctionExpression: enter,
    "FunctionExpression:exit": leave,
    ArrowFunctionExpression: enter,
    "ArrowFunctionExpression:exit": leave,
  }).visit(program);
  return found;
}

/** Bundles hand each module a `require` of their own, which loads nothing from outside. */
function namesRequire(params: Function["params"]): boolean {
  return params.some((param) => param.type === "Identifier" && param.name === "require");
}

/** `require(…)`, `require.resolve(…)`, `import.meta.resolve(…)`. */
function loads({ callee }: CallExpression, hasOwnRequire: boolean): boolean {
  const isRequire = (node: Expression) =>
    !hasOwnRequire && node.type === "Identifier" && node.name === "require";
  if (callee.type !== "MemberExpression") return isRequire(callee);
  if (callee.property.type !== "Identifier" || callee.property.name !== "resolve") return false;
  return callee.object.type === "MetaProperty" || isRequire(callee.object);
}

function textOf(node: Argument | undefined): string | undefined {
  if (node?.type === "Literal") return typeof node.value === "string" ? node.value : undefined;
  if (node?.type !== "TemplateLiteral" || node.expressions.length > 0) return undefined;
  return node.quasis[0]?.value.cooked ?? undefined;
}
