import luaparse from "luaparse";
import { expect, test } from "vitest";
import { bundleOf } from "./bundle.ts";
import type { Bundle } from "./bundle.ts";
import { followRequires } from "./module-graph.ts";

async function bundled(files: Readonly<Record<string, string>>): Promise<Bundle> {
  const read = async (file: string) => {
    const text = files[file];
    return text === undefined ? ("missing" as const) : Buffer.from(text);
  };
  const options = { source: "src/main.lua", folders: ["src", "."], external: [] };
  const graph = await followRequires(options, read, "project");
  if (!graph.ok) throw new Error(JSON.stringify(graph.failure));
  const bundle = bundleOf("main", graph.value, { minify: false, max_bytes: 10_000 });
  if (!bundle.ok) throw new Error(JSON.stringify(bundle.failure));
  return bundle.value;
}

const main = 'local b = require("b")\nlocal a = require("a")\nreturn a.x + b.x';

test("the bundle is these bytes", async () => {
  const { code } = await bundled({
    "src/main.lua": main,
    "src/a.lua": "return { x = 1 } -- no end of line",
    "src/b.lua": "return { x = 2 }\n",
  });
  expect(code).toBe(`package.loaded["a"] = nil
package.preload["a"] = function(...)
return { x = 1 } -- no end of line
end
package.loaded["b"] = nil
package.preload["b"] = function(...)
return { x = 2 }
end
;(function(...)
local b = require("b")
local a = require("a")
return a.x + b.x
end)()
`);
  expect(luaparse.parse(code, { luaVersion: "5.3" }).type).toBe("Chunk");
});

test("line ends of another machine and the order of requires make the same bytes", async () => {
  const here = await bundled({
    "src/main.lua": `${main}\n`,
    "src/a.lua": "a=1\n",
    "src/b.lua": "b=1\n",
  });
  const there = await bundled({
    "src/b.lua": "b=1\r\n",
    "src/main.lua": `${main.replaceAll("\n", "\r\n")}\r\n`,
    "src/a.lua": "\uFEFFa=1\r\n",
  });
  expect(there).toEqual(here);
});

test("text that looks like indentation or a require keeps its bytes in strings and comments", async () => {
  const text = 'x = [[\n  require("nothing")\n]] -- require("nothing")\n';
  expect((await bundled({ "src/main.lua": text })).code).toContain(text);
});
