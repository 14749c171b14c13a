import { expect, test } from "vitest";
import { compileGlob } from "./glob.ts";

// What filepath.Match of Go 1.26 says of each.
test.for([
  ["*.py", "a.py", true],
  ["*.py", "src/a.py", false],
  ["*", ".hidden", true],
  ["*", "", true],
  ["**", "a/b", false],
  ["**", "ab", true],
  ["a?.py", "ab.py", true],
  ["a?.py", "a/.py", false],
  ["?", "é", true],
  ["[a-c].py", "b.py", true],
  ["[^a-c].py", "b.py", false],
  ["[^a].py", "/.py", true],
  ["a[.-0]b", "a/b", true],
  ["[a/]", "/", true],
  ["[!a]", "!", true],
  ["[!a]", "b", false],
  ["[z-a]", "b", false],
  ["[^z-a]", "b", true],
  ["[^^]", "^", false],
  [String.raw`[\]]`, "]", true],
  [String.raw`[\-]`, "-", true],
  [String.raw`\*.py`, "*.py", true],
  [String.raw`\*.py`, "a.py", false],
  ["a.py", "axpy", false],
  ["]", "]", true],
  // The star takes as little as it can and is never asked for more.
  ["*[^x]*c", "a/bc", false],
] as const)("%s on %s: %s", ([pattern, text, expected]) => {
  expect(compileGlob(pattern)?.(text)).toBe(expected);
});

test.for(["[a", "[", "[]", "[]a]", "[^]", "[a-]", "[-a]", "[a-b-c]", "a\\"])(
  "%s is broken and matches nothing",
  (pattern) => expect(compileGlob(pattern)).toBeUndefined(),
);
