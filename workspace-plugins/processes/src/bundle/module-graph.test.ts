import { expect, test } from "vitest";
import { followRequires } from "./module-graph.ts";
import type { GraphOptions } from "./module-graph.ts";

/** A text, the word `outside` for a link that leads out, or `case:` and the name in another case. */
type Files = Readonly<Record<string, string>>;

const where = { source: "src/main.lua", folders: ["src", "."], external: [] };

async function follow(files: Files, options: Partial<GraphOptions> = {}) {
  return followRequires(
    { ...where, ...options },
    async (file) => {
      const text = files[file];
      if (text === undefined) return "missing";
      if (text.startsWith("case:")) return { otherCase: text.slice("case:".length) };
      return text === "outside" ? "outside" : Buffer.from(text);
    },
    "project",
  );
}

async function failureOf(files: Files): Promise<unknown> {
  const graph = await follow(files);
  return graph.ok ? undefined : graph.failure;
}

test("literal requires are found in every form, and none in comments and strings", async () => {
  const graph = await follow({
    "src/main.lua": `
      local a = require("lib.a") local b = require 'b' local c = require [[c]]
      -- require("d")
      local s = "require('e')"
      local json = require("json")
      local dynamic = require(s)`,
    "src/lib/a.lua": "return 1",
    "b/init.lua": "return 2",
    "c.lua": "return 3",
  });
  expect(graph.ok && graph.value.modules.map(({ name, file }) => [name, file])).toEqual([
    ["b", "project/b/init.lua"],
    ["c", "project/c.lua"],
    ["lib.a", "project/src/lib/a.lua"],
  ]);
});

test("handlers are read from the names they are added by", async () => {
  const graph = await follow({
    "src/main.lua":
      'Handlers.add("Info", f, g)\nHandlers.prepend("Guard", f, g)\nHandlers.remove("Old")\nHandlers.add(name, f, g)',
  });
  expect(graph.ok && graph.value.main.handlers).toMatchObject([
    { name: "Info", how: "add", spot: { line: 1, column: 1 } },
    { name: "Guard", how: "prepend", spot: { line: 2, column: 1 } },
  ]);
});

test("a missing module names the require and the files that were tried", async () => {
  expect(await failureOf({ "src/main.lua": 'local é = "ü"\nrequire("gone")' })).toMatchObject({
    reason: "lua-syntax",
  });
  expect(await failureOf({ "src/main.lua": 'local e = "ü"\nrequire("gone")' })).toEqual({
    reason: "lua-module-missing",
    module: "gone",
    tried: [
      "project/src/gone.lua",
      "project/src/gone/init.lua",
      "project/gone.lua",
      "project/gone/init.lua",
    ],
    at: { file: "project/src/main.lua", offset: 22, length: 6 },
  });
});

test("modules that require each other are told as the circle they make", async () => {
  expect(
    await failureOf({
      "src/main.lua": 'require("a")',
      "src/a.lua": 'require("b")',
      "src/b.lua": 'return require("a")',
    }),
  ).toMatchObject({
    reason: "lua-module-cycle",
    path: ["project/src/a.lua", "project/src/b.lua", "project/src/a.lua"],
    at: { file: "project/src/b.lua", offset: 15 },
  });
});

test("two modules may share a third", async () => {
  const graph = await follow({
    "src/main.lua": 'require("a") require("b")',
    "src/a.lua": 'require("c")',
    "src/b.lua": 'require("c")',
    "src/c.lua": "",
  });
  expect(graph.ok && graph.value.modules.map(({ name }) => name)).toEqual(["a", "b", "c"]);
});

test("a syntax error in a module stands at its place, counted in characters", async () => {
  expect(
    await failureOf({ "src/main.lua": 'require("a")', "src/a.lua": 'x = "grün"\nlocal y = = 1\n' }),
  ).toEqual({
    reason: "lua-syntax",
    problem: "<expression> expected near '='",
    at: { file: "project/src/a.lua", offset: 21, length: 1 },
  });
});

test.each([
  ["\u001BLuaS\0", "\u001B", 0],
  ["“use strict”", "“", 0],
  ["#!/usr/bin/lua\n--[=[ a\n]] ]=] -- b\n  ?", "?", 37],
])("a first symbol that is none of Lua is told at its place: %j", async (text, symbol, offset) => {
  expect(await failureOf({ "src/main.lua": text })).toEqual({
    reason: "lua-syntax",
    problem: `unexpected symbol '${symbol}' at the beginning`,
    at: { file: "project/src/main.lua", offset, length: 1 },
  });
});

test.each([
  ["local x <const> = 1", "attribute-of-lua-5.4"],
  ["local n = 42ULL", "number-of-luajit"],
  ["if a != b then end", "not-equal-of-c"],
  ["x += 1", "assignment-of-c"],
  ["if a && b then end", "logic-of-c"],
])("syntax of another language is refused, and told as what it is: %s", async (line, foreign) => {
  const failure = await failureOf({ "src/main.lua": line });
  expect(failure).toMatchObject({ reason: "lua-syntax", foreign });
});

test("nesting that no stack holds and files that nobody writes are refused, not crashed on", async () => {
  const deep = `x = ${"(".repeat(100_000)}1${")".repeat(100_000)}`;
  const long = `x = ${"1 + ".repeat(200_000)}1`;
  expect(await failureOf({ "src/main.lua": deep })).toMatchObject({ reason: "lua-too-deep" });
  expect(await failureOf({ "src/main.lua": long })).toMatchObject({ reason: "lua-too-deep" });
  expect(await failureOf({ "src/main.lua": " ".repeat(5_000_000) })).toMatchObject({
    reason: "lua-too-large",
    sizeBytes: 5_000_000,
  });
});

test("a mark, a line for the shell and line ends of another machine are no part of the code, and move no place", async () => {
  const text = '\uFEFF#!/usr/bin/lua\r\nlocal e = "ü"\r\nrequire("gone")\r\n';
  const failure = await failureOf({ "src/main.lua": text });
  expect(failure).toMatchObject({ at: { offset: text.indexOf('"gone"'), length: 6 } });
  const graph = await follow({ "src/main.lua": text, "src/gone.lua": "x = 1\n\ry = 2" });
  expect(graph.ok && graph.value.main.lua.text).toBe('\nlocal e = "ü"\nrequire("gone")\n');
  expect(graph.ok && graph.value.main.requires[0]?.spot).toEqual({
    file: "project/src/main.lua",
    line: 3,
    column: 9,
  });
  expect(graph.ok && graph.value.modules[0]?.lua.text).toBe("x = 1\ny = 2");
});

test("modules are looked for in the folders that are named, in their order", async () => {
  const files = {
    "src/main.lua": 'require("a")',
    "src/a.lua": "",
    "vendor/a.lua": "",
    "a.lua": "",
  };
  const found = async (folders: readonly string[]) => {
    const graph = await follow(files, { folders });
    return graph.ok ? graph.value.modules.map(({ file }) => file) : graph.failure;
  };
  expect(await found(["vendor", "src"])).toEqual(["project/vendor/a.lua"]);
  expect(await found(["src", "vendor"])).toEqual(["project/src/a.lua"]);
  expect(await found(["lib"])).toMatchObject({
    tried: ["project/lib/a.lua", "project/lib/a/init.lua"],
  });
});

test("what the network's module provides is not looked for", async () => {
  expect(await failureOf({ "src/main.lua": 'require("lsqlite3")' })).toMatchObject({
    reason: "lua-module-missing",
  });
  const graph = await follow({ "src/main.lua": 'require("lsqlite3")' }, { external: ["lsqlite3"] });
  expect(graph.ok && graph.value.modules).toEqual([]);
});

test("what pcall asks for may be absent, and is bundled when it is there", async () => {
  const source =
    'local ok, x = pcall(require, "x")\npcall(function() return require("y") end)\nxpcall(require, print, "z")';
  const without = await follow({ "src/main.lua": source });
  expect(without.ok && without.value.absent.map(({ module }) => module)).toEqual(
    ["x", "y", "z"].toSorted(),
  );
  const files = { "x.lua": "", "y.lua": "", "z.lua": "" };
  const whole = await follow({ "src/main.lua": source, ...files });
  expect(whole.ok && whole.value.modules.map(({ name }) => name)).toEqual(["x", "y", "z"]);
  expect(await failureOf({ "src/main.lua": 'pcall(print, require("x"))' })).toMatchObject({
    reason: "lua-module-missing",
  });
});

test("a circle that a call closes is no failure; one that loading closes is, whatever name it goes by", async () => {
  const lazy = await follow({
    "src/main.lua": 'require("a")',
    "src/a.lua": 'local function b() return require("b") end return { b = b }',
    "src/b.lua": 'return require("a")',
  });
  expect(lazy.ok && lazy.value.lazyCircles.map(({ files }) => files)).toEqual([
    ["project/src/a.lua", "project/src/b.lua", "project/src/a.lua"],
  ]);
  expect(
    await failureOf({ "src/main.lua": 'require("lib.a")', "src/lib/a.lua": 'require("lib/a")' }),
  ).toMatchObject({ path: ["project/src/lib/a.lua", "project/src/lib/a.lua"] });
  expect(await failureOf({ "src/main.lua": 'require("main")' })).toMatchObject({
    path: ["project/src/main.lua", "project/src/main.lua"],
  });
});

test("a name in another case of letters is not found, on any machine", async () => {
  expect(
    await failureOf({
      "src/main.lua": 'require("Skills")',
      "src/Skills.lua": "case:src/skills.lua",
    }),
  ).toMatchObject({ reason: "lua-module-missing", otherCase: "project/src/skills.lua" });
});

test("a local that is called require requires nothing", async () => {
  const graph = await follow({
    "src/main.lua": 'local function require(x) return x end\nrequire("nothing")',
  });
  expect(graph.ok && graph.value.modules).toEqual([]);
});

test("a module of aos with a dot is its own, and a project's file without the dot another", async () => {
  const graph = await follow({
    "src/main.lua": 'require(".utils") require("utils") require(".crypto")',
    "src/utils.lua": "",
  });
  expect(graph.ok && graph.value.modules.map(({ name }) => name)).toEqual(["utils"]);
});

test("a name of aos, a name that climbs and a link that leads out are refused", async () => {
  expect(await failureOf({ "src/main.lua": 'require("json")', "src/json.lua": "" })).toMatchObject({
    reason: "lua-module-reserved",
    file: "project/src/json.lua",
  });
  expect(await failureOf({ "src/main.lua": 'require("../x")' })).toMatchObject({
    reason: "lua-module-missing",
    tried: [],
  });
  expect(await failureOf({ "src/main.lua": 'require("a")', "src/a.lua": "outside" })).toMatchObject(
    { reason: "lua-module-outside" },
  );
});

test("the local that is one too many for Lua is told; those of blocks that ended and of other functions do not count", async () => {
  const locals = (count: number): string =>
    Array.from({ length: count }, (_, at) => `local v${at} = ${at}`).join("\n");
  const accepted = async (text: string) =>
    (await failureOf({ "src/main.lua": text })) === undefined;
  expect(await accepted(locals(200))).toBe(true);
  expect(await accepted(`do ${locals(150)} end ${locals(200)}`)).toBe(true);
  expect(await accepted(`${locals(199)} local function f(a, b) ${locals(198)} end`)).toBe(true);
  expect(await accepted(`${locals(196)} for i = 1, 2 do end`)).toBe(true);
  expect(await failureOf({ "src/main.lua": `${locals(200)}\nlocal last` })).toMatchObject({
    reason: "lua-locals",
    at: { offset: locals(200).length + "\nlocal ".length, length: 4 },
  });
  expect(await accepted(`${locals(197)} for i = 1, 2 do end`)).toBe(false);
  expect(await accepted(`${locals(196)} do local a, b, c, d, e end`)).toBe(false);
  expect(await accepted(`function T:m(a) ${locals(199)} end`)).toBe(false);
});
