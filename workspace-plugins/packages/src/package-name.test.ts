import { expect, test } from "vitest";
import { keyText } from "./package-name.ts";

test.for([
  ["my-utils", "my_utils"],
  ["my.utils", "my_utils"],
  ["MyUtils", "MyUtils"],
  ["123pkg", "_123pkg"],
  ["pkg@special", "pkg_special"],
  ["@scope/pkg", "__scope_pkg"],
  ["", ""],
] as const)("%s is locked for Python as %s", ([name, key]) => {
  expect(keyText(name, "python")).toBe(key);
  expect(keyText(name, "javascript")).toBe(name);
});
