import { expect, test } from "vitest";
import { chosenScript } from "./script.ts";

const scripts = { count: "count.py", "my-tool": "tool.py" };

test.each([
  [["count", "a", "-v"], "count.py", ["a", "-v"]],
  [["count", "--", "--help"], "count.py", ["--help"]],
  [["a", "-v"], "tool.py", ["a", "-v"]],
  [["--", "count"], "tool.py", ["count"]],
  [[], "tool.py", []],
])("%j run %s with %j", (words, path, args) => {
  expect(chosenScript("my_tool", scripts, words)).toMatchObject({ value: { path, args } });
});

test("the only script needs no name; of several, one does", () => {
  const only = chosenScript("other", { main: "main.py" }, ["a"]);
  expect(only).toMatchObject({ value: { name: "main", args: ["a"] } });
  expect(chosenScript("other", scripts, ["coun"])).toEqual({
    ok: false,
    failure: { reason: "script-unknown", key: "other", scripts: ["count", "my-tool"] },
  });
  expect(chosenScript("other", {}, ["constructor"])).toMatchObject({
    failure: { reason: "script-unknown", scripts: [] },
  });
});

test.each(["../../evil.py", "/bin/sh", "a/../../b.py", "a\nb.py", ""])(
  "a file outside of the package is not run: %j",
  (path) => {
    expect(chosenScript("tool", { tool: path }, [])).toMatchObject({
      failure: { reason: "script-outside", script: "tool" },
    });
  },
);
