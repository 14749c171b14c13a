import { init, parse } from "es-module-lexer";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { javascriptImports } from "./javascript-imports.ts";

beforeAll(() => init);

/** Each import as `line:column specifier`, with its kind where it is not `runtime`. */
function told(file: string, text: string): readonly string[] {
  const read = javascriptImports(file, text);
  if ("problem" in read) return [`${read.line}:${read.column} ${read.problem}`];
  return read.map(({ line, column, specifier, kind }) =>
    [`${line}:${column}`, specifier, ...(kind === "runtime" ? [] : [kind])].join(" "),
  );
}

describe("an import is found, with its place", () => {
  test.for<readonly [string, string, readonly string[]]>([
    ["a.mjs", `import a, { b as c } from "x";`, ["1:1 x"]],
    ["a.mjs", `import * as a from 'x'`, ["1:1 x"]],
    ["a.mjs", `1;\n  import "x";`, ["2:3 x"]],
    [
      "a.mjs",
      `export { a } from "x"; export * from "y"; export * as z from "z";`,
      ["1:1 x", "1:24 y", "1:43 z"],
    ],
    ["a.mjs", `import {\n  a,\n  b,\n} from\n  "x";`, ["1:1 x"]],
    ["a.mjs", `import data from "x" with { type: "json" };`, ["1:1 x"]],
    [
      "a.mjs",
      "const a = await import('x'), b = import(`y`), c = import(`z${a}`), d = import(a);",
      ["1:17 x", "1:34 y"],
    ],
    ["a.mjs", `import.meta.resolve("x")`, ["1:1 x"]],
    [
      "a.cjs",
      `const a = require("x"), b = require(a), c = require("y" + a); require.resolve("z");`,
      ["1:11 x", "1:63 z"],
    ],
    ["a.cjs", `if (a) return; require("x"); require("y")`, ["1:16 x", "1:30 y"]],
    ["a.js", `if (a) return; require("x");`, ["1:16 x"]],
    ["a.js", `#!/usr/bin/env node\nrequire("x")`, ["2:1 x"]],
    ["a.js", `import "x"; export const a = <b c="d" />;`, ["1:1 x"]],
    ["a.tsx", `import x from "x"; const a = <T,>(b: T) => <b>{b}</b>;`, ["1:1 x"]],
    [
      "a.ts",
      `import x = require("x"); export import y = require("y"); import z = x.y;`,
      ["1:1 x", "1:33 y"],
    ],
    [
      "a.ts",
      `import type { A } from "x"; export type { B } from "y"; export type * from "z";`,
      ["1:1 x types", "1:29 y types", "1:57 z types"],
    ],
    [
      "a.ts",
      `import { type A } from "x"; let a: import("y").B; let b: typeof import("z");`,
      ["1:1 x", "1:36 y types", "1:65 z types"],
    ],
    ["a.ts", `import type x = require("x");`, ["1:1 x types"]],
    ["a.d.ts", `import { A } from "x"; export declare const a: A;`, ["1:1 x types"]],
    ["a.mts", `import "x"; const a: string = b;`, ["1:1 x"]],
    ["a.cts", `const a: string = require("x");`, ["1:19 x"]],
  ])("%s: %s", ([file, text, expected]) => {
    expect(told(file, text)).toEqual(expected);
  });
});

test("what only looks like an import is none", () => {
  const text = [
    `// import "a"`,
    `/* require("b") */`,
    "const text = `import 'c' ${1} require('d')`, other = \"require('e')\";",
    `const pattern = /import "f"/;`,
    `object.require("g"); object.import("h"); requires("i");`,
  ].join("\n");
  expect(told("a.js", text)).toEqual([]);
});

test("what a try with a catch loads is optional, what it falls back on is not", () => {
  expect(
    told(
      "a.cjs",
      `try { f(() => require("x")); } catch { require("y"); } finally { require("z"); }`,
    ),
  ).toEqual(["1:15 x optional", "1:40 y", "1:66 z"]);
  expect(told("a.cjs", `try { require("x"); } finally { f(); } require("y")`)).toEqual([
    "1:7 x",
    "1:40 y",
  ]);
  expect(told("a.mjs", `try { await import("x") } catch (error) { f(error) }`)).toEqual([
    "1:13 x optional",
  ]);
});

test("the require that a bundle hands its modules loads nothing from outside", () => {
  const bundle = `({1:[function(require,module,exports){ require("x"); }, {}]}); require("y")`;
  expect(told("a.js", bundle)).toEqual(["1:64 y"]);
});

test.for([
  ["a.mjs", `import a from\n  from;`, "2:3 syntax"],
  ["a.ts", "let a: = 1", "1:8 syntax"],
  ["a.js", "}", "1:1 syntax"],
] as const)("%s is not read where it is no source: %s", ([file, text, problem]) => {
  expect(told(file, text)).toEqual([problem]);
});

const name = fc.stringMatching(/^(?:@[a-z]{1,4}\/)?[a-z]{1,6}(?:\/[a-z.]{1,5})?$/);
const quoted = fc
  .tuple(name, fc.constantFrom(`"`, `'`))
  .map(([text, mark]) => `${mark}${text}${mark}`);
// No quotes in these comments: where they stand before its specifier, es-module-lexer takes them for its.
const space = fc.constantFrom(" ", "\n", "  /* import no */ ", " // from no\n");
/** `$` becomes another number for each, so that no name is bound twice. */
const statement = fc.oneof(
  fc.tuple(space, quoted).map(([gap, from]) => `import${gap}${from};`),
  fc
    .tuple(space, space, quoted)
    .map(([a, b, from]) => `import${a}x$, { y as z$ }${b}from ${from};`),
  fc.tuple(space, quoted).map(([gap, from]) => `import${gap}* as x$ from ${from};`),
  fc.tuple(space, quoted).map(([gap, from]) => `export${gap}* from ${from};`),
  fc.tuple(space, quoted).map(([gap, from]) => `export { default as y$ }${gap}from ${from};`),
  fc.tuple(space, quoted).map(([gap, from]) => `f(import(${gap}${from}));`),
  fc
    .tuple(space, quoted)
    .map(([gap, from]) => `class A$ { async b() { await 1;${gap}return import(${from}); } }`),
);
const noise = fc.constantFrom(
  "const t$ = `a ${`import 'no'`} b`;",
  `const r$ = /import "no"[/'"]/g;`,
  `const d$ = 4 / 2 / 1; const s$ = "import('no')";`,
  `if (a) { b() } /import 'no'/.test(c);`,
  `f(import.meta.url); a.import(b);`,
  `// import "no"`,
);

test("of modules it finds what es-module-lexer finds, in any order of statements", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(statement, noise), { maxLength: 12 }), (lines) => {
      const text = lines.map((line, at) => line.replaceAll(/\$(?!\{)/g, String(at))).join("\n");
      const [expected] = parse(text);
      const read = javascriptImports("a.mjs", text);
      const found = "problem" in read ? read.message : read.map(({ specifier }) => specifier);
      expect(found).toEqual(
        expected.flatMap(({ n, d }) => (n === undefined || d === -2 ? [] : [n])),
      );
    }),
    { numRuns: 300 },
  );
});
