import { expect, test } from "vitest";
import { bundleOf } from "../bundle/bundle.ts";
import { followRequires } from "../bundle/module-graph.ts";
import { nameLines, withNamedLines } from "./source-lines.ts";

const sources: Readonly<Record<string, string>> = {
  "src/main.lua": 'local a = require("a")\nlocal b = require("b")\na.run()\n',
  "src/a.lua": "-- one\nlocal M = {}\nreturn M",
  "vendor/b.lua": "return 1\n",
};
const files = new Map<string | undefined, string>([
  [undefined, "src/main.lua"],
  ["a", "src/a.lua"],
  ["b", "vendor/b.lua"],
]);

async function bundled(): Promise<string> {
  const options = { source: "src/main.lua", folders: ["src", "vendor"], external: [] };
  const read = async (file: string) => {
    const text = sources[file];
    return text === undefined ? ("missing" as const) : Buffer.from(text);
  };
  const graph = await followRequires(options, read, "project");
  if (!graph.ok) throw new Error(graph.failure.reason);
  const bundle = bundleOf("main", graph.value, { minify: false, max_bytes: 10_000 });
  if (!bundle.ok) throw new Error(bundle.failure.reason);
  return bundle.value.code;
}

test("a line of what is evaluated is named by its file, whatever stands before the bundle", async () => {
  const code = await bundled();
  for (const head of ["", "do end\n", "local one\nlocal two\n"]) {
    const text = `${head}${code}return "sentinel"\n`;
    const nameLine = nameLines(text, code, (module) => files.get(module));
    const lines = text.split("\n");
    const named = (line: string) => nameLine(lines.indexOf(line) + 1);
    expect(named("local M = {}")).toBe("src/a.lua:2");
    expect(named("return 1")).toBe("vendor/b.lua:1");
    expect(named("a.run()")).toBe("src/main.lua:3");
    expect(nameLine(0)).toBeUndefined();
  }
});

test("an error keeps a place that is of no file", () => {
  const nameLine = (line: number) => (line === 7 ? "src/a.lua:3" : undefined);
  expect(withNamedLines('[string "aos"]:7: x [string "aos"]:9', nameLine)).toBe(
    'src/a.lua:3: x [string "aos"]:9',
  );
});
