import luaparse from "luaparse";
import { expect, test } from "vitest";
import { bundleOf, isBundleOf, sentinelOf } from "./bundle.ts";
import type { Bundle } from "./bundle.ts";
import { followRequires } from "./module-graph.ts";

async function bundled(files: Readonly<Record<string, string>>): Promise<Bundle> {
  const read = async (file: string) => {
    const text = files[file];
    return text === undefined ? ("missing" as const) : Buffer.from(text);
  };
  const graph = await followRequires("src/main.lua", read, "project");
  if (!graph.ok) throw new Error(JSON.stringify(graph.failure));
  return bundleOf(graph.value);
}

const main = 'local b = require("b")\nlocal a = require("a")\nreturn a.x + b.x';

test("the bundle is these bytes", async () => {
  const { text, codeDigest } = await bundled({
    "src/main.lua": main,
    "src/a.lua": "return { x = 1 } -- no end of line",
    "src/b.lua": "return { x = 2 }\n",
  });
  expect(text).toBe(`package.loaded["a"] = nil
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
__AO_DEPLOY = { sha256 = "${codeDigest}" }
return "slipway:${codeDigest}"
`);
  expect(luaparse.parse(text, { luaVersion: "5.3" }).type).toBe("Chunk");
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
  expect((await bundled({ "src/main.lua": text })).text).toContain(text);
});

test("a bundle is known by its digest, and an altered one is not", async () => {
  const { text, codeDigest } = await bundled({ "src/main.lua": "x = 1\n" });
  expect(isBundleOf(codeDigest, text)).toBe(true);
  expect(isBundleOf(codeDigest, text.replace("x = 1", "x = 2"))).toBe(false);
  expect(isBundleOf(codeDigest, `${text}x = 2\n`)).toBe(false);
  expect(text).toContain(sentinelOf(codeDigest));
});
