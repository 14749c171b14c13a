import * as fc from "fast-check";
import picomatch from "picomatch";
import { describe, expect, test } from "vitest";
import { regexOf } from "./glob-regex.ts";
import { parseGlob } from "./glob-syntax.ts";
import { matcherOf } from "./glob-table.ts";
import { escapeGlob, folderOfPattern, isTooLarge, literalPath, pathMatcher } from "./glob.ts";

/** Whether one pattern matches each of `paths`. */
function check(pattern: string, paths: Readonly<Record<string, boolean>>): void {
  const matches = pathMatcher([pattern]);
  const found = Object.keys(paths).map((path) => [path, matches(path)] as const);
  expect(Object.fromEntries(found)).toEqual(paths);
}

describe("one pattern:", () => {
  const table: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {
    "a.ts": { "a.ts": true, "x/a.ts": false, "a.tsx": false, aXts: false },
    // Within a segment.
    "lib/*.rb": { "lib/a.rb": true, "lib/.rb": true, "lib/x/c.rb": false, "lib/\n.rb": true },
    "lib/*": { "lib/a": true, "lib/.hidden": true, "lib/a/b": false, lib: false },
    "a*b*c": { abc: true, aXbYc: true, "aX/bc": false },
    "a**b": { ab: true, aXb: true, "a/b": false },
    "?.ts": { "a.ts": true, "\u{1F600}.ts": true, ".ts": false, "ab.ts": false },
    "a?b": { "a/b": false, "a\nb": true },
    // Any number of segments.
    "**": { a: true, "a/b": true, ".x/\n/y": true },
    "**/*": { a: true, "a/b": true, ".x/.y": true },
    "**/x": { x: true, "a/x": true, "a/b/x": true, ax: false, "x/a": false },
    "a/**": { a: false, "a/b": true, "a/b/c": true, ab: false },
    "a/**/*": { a: false, "a/b": true, "a/b/c": true },
    "a/**/b": { "a/b": true, "a/x/b": true, "a/x/y/b": true, ab: false },
    "**/a/**": { a: false, "a/b": true, "x/a": false, "x/a/b": true, "x/ab": false },
    "**/**/x": { x: true, "a/b/x": true },
    "a/**/**": { a: false, "a/b": true, "a/b/c": true },
    "x/**/*.{ts,tsx}": { "x/a.ts": true, "x/y/a.tsx": true, "x/a.js": false },
    // Braces.
    "{a,b}/x": { "a/x": true, "b/x": true, "c/x": false },
    "{a,b{c,d{e,f}}}": { a: true, bc: true, bde: true, bdf: true, b: false, bd: false },
    "a{,.min}.js": { "a.js": true, "a.min.js": true },
    "{a/,}**/x": { x: true, "a/x": true, "a/b/x": true, "b/x": true },
    "{src/**,*.json}": { "src/a/b": true, "a.json": true, "a/b.json": false },
    "{a}": { a: true, "{a}": false },
    "{a": { "{a": true, a: false },
    "a}": { "a}": true },
    "{a{b,c}": { "{ab": true, "{ac": true },
    "{a\\,b,c}": { "a,b": true, c: true, a: false },
    // Classes.
    "[abc].ts": { "a.ts": true, "d.ts": false },
    "[a-c0-9]": { b: true, "5": true, d: false, "-": false },
    "[!a-c]": { d: true, b: false, "/": false },
    "[^a-c]": { d: true, b: false, "\u{1F600}": true },
    "x[!a]y": { "x/y": false, xby: true },
    "x[+-9]y": { "x.y": true, "x/y": false, x0y: true },
    "[]a]": { "]": true, a: true },
    "[!]a]": { "]": false, a: false, b: true },
    "[\\]a]": { "]": true, a: true, "\\": false },
    "[a\\-c]": { "-": true, b: false },
    "[[:digit:]_]x": { "7x": true, _x: true, ax: false, ":x": false },
    "[![:upper:]]": { a: true, A: false },
    "[\u00E9\u{1F600}]": { "\u00E9": true, "\u{1F600}": true, e: false },
    "[c-a]": { a: false, b: false, c: false },
    "app/[id": { "app/[id": true },
    "a[b/c]d": { "a[b/c]d": true, abd: false },
    // Groups.
    "**/?(*.)+(spec|test).[jt]s?(x)": {
      "a.spec.ts": true,
      "x/test.jsx": true,
      "a.specs.ts": false,
      "a.ts": false,
    },
    "x/!(dist|out)/**": { "x/a/b": true, "x/dist/a": false, "x/out": false, "x/dist2/a": true },
    "./!(a)": { a: false, b: true },
    "a!(b)c": { ac: true, axc: true, abc: false, abbc: true },
    "a@(b|c)*(d)e": { abe: true, acdde: true, ae: false },
    "app/(admin)/x": { "app/(admin)/x": true, "app/admin/x": false },
    "a+(b": { "a+(b": true },
    // Names that are like any other.
    "with space/*": { "with space/a b": true },
    "\u00E9": { "\u00E9": true, "e\u0301": false },
    "e\u0301": { "e\u0301": true, "\u00E9": false },
    "\uFF5E/*": { "\uFF5E/\u{1F600}": true },
    ".env": { ".env": true },
    "*": { ".env": true, a: true },
    "a$b^c.d|e": { "a$b^c.d|e": true },
    // Escapes.
    "\\*": { "*": true, a: false },
    "a\\\\b": { "a\\b": true, "a/b": false },
    "\\!x": { "!x": true, x: false },
    "\\{a,b}": { "{a,b}": true, a: false },
    "\\[a]": { "[a]": true, a: false },
    "a\\": { "a\\": true },
    // Beginnings and ends.
    "./x": { x: true, "./x": false },
    "./**/x": { x: true, "a/x": true },
    "x/": { x: false, "x/a": true, "x/a/b": true, xa: false },
    "/x": { x: false, "/x": true },
    "../x": { x: false },
  };
  test.each(Object.entries(table))("%j", check);
});

test("what `!` begins is negative, whatever follows", () => {
  check("!a", { a: false, b: false });
  check("!(a)", { a: false, b: false });
  expect(["a", "b", "!b"].filter(pathMatcher(["*", "!(b)", "!!b"]))).toEqual(["a", "b"]);
});

describe("patterns apply in order:", () => {
  test.each([
    [
      ["src/**/*", "!src/**/*.test.ts", "src/keep.test.ts"],
      ["src/a.ts", "src/keep.test.ts"],
    ],
    [["src/keep.test.ts", "!src/**/*.test.ts"], []],
    [
      ["!src/a.ts", "src/*"],
      ["src/a.ts", "src/a.test.ts", "src/keep.test.ts"],
    ],
    [["src/*", "!src/{a,keep}.*"], []],
    [["src/*", "!src/"], []],
    [
      ["src/*", "!./src/a.ts"],
      ["src/a.test.ts", "src/keep.test.ts"],
    ],
    [[], []],
  ])("%j", (patterns, expected) => {
    const paths = ["src/a.ts", "src/a.test.ts", "src/keep.test.ts"];
    expect(paths.filter(pathMatcher(patterns))).toEqual(expected);
  });
});

const odd = fc
  .array(
    fc.string({
      unit: fc.constantFrom(...Array.from("ab.!*?[]{}()+@|^$,\\- \n\u{1F600}")),
      minLength: 1,
    }),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .filter((names) => !names.includes(".") && !names.includes(".."))
  .map((names) => names.join("/"));

test("an escaped path matches itself alone, and lies where it says", () => {
  fc.assert(
    fc.property(odd, odd, (path, other) => {
      const pattern = escapeGlob(path);
      const matches = pathMatcher([pattern]);
      expect([matches(path), matches(other)]).toEqual([true, other === path]);
      expect(literalPath(pattern)).toBe(path);
      expect(folderOfPattern(`${pattern}/**`)).toBe(path);
      expect(pathMatcher([`${pattern}/**/*`])(`${path}/x`)).toBe(true);
    }),
  );
});

test("any text is a pattern, and its matches lie in its folder", () => {
  fc.assert(
    fc.property(odd, odd, (pattern, path) => {
      const positive = pattern.replace(/^!+/, "");
      const folder = folderOfPattern(positive);
      const isMatch = pathMatcher([positive])(path);
      const isInside = folder === "" || path.startsWith(`${folder}/`);
      expect(isMatch && !isInside).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test("where a shell's meaning is plain, picomatch has the same", () => {
  const piece = fc.constantFrom("a", "b", "ab", "?", "*", "{a,b}", "{ab,b}", "[ab]", "[^a]", ".a");
  const segment = fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join(""));
  const glob = fc
    .array(fc.oneof(segment, fc.constant("**")), { minLength: 1, maxLength: 4 })
    .map((segments) => segments.join("/"))
    // It takes a run of stars for other things, `[!a]` for `[a!]`, and is of two minds on `x/**`.
    .filter((text) => !/\*\*\*|[^/]\*\*|\*\*[^/]|\/\*\*$/.test(text));
  const name = fc.string({ unit: fc.constantFrom("a", "b", "."), minLength: 1, maxLength: 3 });
  const path = fc
    .array(
      name.filter((text) => !/^\.+$/.test(text)),
      { minLength: 1, maxLength: 4 },
    )
    .map((names) => names.join("/"));
  fc.assert(
    fc.property(glob, fc.array(path, { minLength: 5, maxLength: 5 }), (pattern, paths) => {
      const isMatch = picomatch(pattern, { dot: true, nonegate: true });
      const expected = paths.filter((one) => isMatch(one));
      expect(paths.filter(pathMatcher([pattern]))).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ["{a,b}".repeat(40)],
  ["{a,".repeat(21) + "}".repeat(21)],
  ["+(".repeat(21) + ")".repeat(21)],
  ["{".repeat(2000) + "}".repeat(2000)],
  ["x".repeat(4097)],
])("%s is too large, matches itself alone, and costs nothing", (pattern) => {
  expect([pattern, `!${pattern}`].map(isTooLarge)).toEqual([true, true]);
  expect([pattern, "a".repeat(40)].map(pathMatcher([pattern]))).toEqual([true, false]);
});

test("what people write is not too large", () => {
  const names = Array.from({ length: 300 }, (_, at) => `name${at}`).join(",");
  expect(["**/*", `{${names}}/*.ts`, "{a,b}".repeat(9)].map(isTooLarge)).toEqual([
    false,
    false,
    false,
  ]);
});

// With a regular expression each of these would try for hours.
test.each([
  [`${"*a".repeat(30)}b`, "a".repeat(250), false],
  ["*a".repeat(30), "a".repeat(250), true],
  [`${"**/a/".repeat(50)}b`, "a/".repeat(500), false],
  [`${"**/a/".repeat(50)}b`, `${"a/".repeat(500)}b`, true],
  ["+(a|aa)b", "a".repeat(250), false],
  ["+(a|aa)b", `${"a".repeat(250)}b`, true],
  ["*(*(a)*(a))b", "a".repeat(250), false],
  ["+(?|a)b", "a".repeat(250), false],
  [`${"!(b)".repeat(30)}c`, "a".repeat(250), false],
  [`${"?(*)".repeat(30)}c`, "a".repeat(250), false],
  [`${"{*a,*aa}".repeat(5)}b`, "a".repeat(250), false],
])("%s is soon done with a path made for it", (pattern, path, isMatch) => {
  expect(pathMatcher([pattern])(path)).toBe(isMatch);
});

test("what a group without its middle refuses is looked for up to the end of the pattern", () => {
  check("@(!(a)b)c", { abc: false, bbc: true, bc: true, aabc: true });
});

test("a table says what a regular expression says", () => {
  const piece = fc.constantFrom(
    ..."ab?*/.".split(""),
    ..."**/ @(a|b) ?(a|ab) +(b|ab) *(a|ba) +([ab]) !(a) !(a|b*) @(a/b|b) +(a*) *(a|*(b)) /**".split(
      " ",
    ),
  );
  const glob = fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join(""));
  const path = fc.string({ unit: fc.constantFrom("a", "b", "/", "."), maxLength: 7 });
  fc.assert(
    fc.property(glob, fc.array(path, { minLength: 9, maxLength: 9 }), (pattern, paths) => {
      const [tokens = []] = parseGlob(pattern) ?? [];
      const regex = regexOf([tokens]);
      expect(paths.filter(matcherOf(tokens))).toEqual(paths.filter((one) => regex.test(one)));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ["**/*", ""],
  ["package.json", ""],
  ["tools/cli/**/*.ts", "tools/cli"],
  ["tools/cli/main.ts", "tools/cli"],
  ["./tools/cli/", "tools/cli"],
  ["tools/{a,b}/main.ts", "tools"],
  ["tools/+(a)/main.ts", "tools"],
  ["app/(admin)/*", "app/(admin)"],
  [`${escapeGlob("app/[id]")}/**/*`, "app/[id]"],
])("all matches of %s lie in %o", (pattern, folder) => {
  expect(folderOfPattern(pattern)).toBe(folder);
});

test.each([
  ["package.json", "package.json"],
  ["./a/b.json", "a/b.json"],
  ["a/\\*", "a/*"],
  ["a/*", undefined],
  ["a/", undefined],
])("the one path of %s is %o", (pattern, path) => {
  expect(literalPath(pattern)).toBe(path);
});
