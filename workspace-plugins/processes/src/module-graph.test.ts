import { expect, test } from "vitest";
import { followRequires } from "./module-graph.ts";

/** A text, or the word `outside` for a link that leads out. */
type Files = Readonly<Record<string, string>>;

async function follow(files: Files) {
  return followRequires(
    "src/main.lua",
    async (file) => {
      const text = files[file];
      if (text === undefined) return "missing";
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
  expect(graph.ok && graph.value.main.handlers).toEqual(["Info", "Guard"]);
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

test("syntax that only a later Lua knows is refused", async () => {
  expect(await failureOf({ "src/main.lua": "local x <const> = 1" })).toMatchObject({
    reason: "lua-syntax",
  });
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
