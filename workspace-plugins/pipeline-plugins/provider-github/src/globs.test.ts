import { expect, test } from "vitest";
import { filterPattern, matchText } from "./globs.ts";

test.each([
  ["main", "x == 'main'"],
  ["it's", "x == 'it''s'"],
  ["**", "true"],
  ["*", "!contains(x, '/')"],
  ["v**", "startsWith(x, 'v')"],
  ["v*", "(startsWith(x, 'v') && !contains(x, '/'))"],
  ["release/**", "startsWith(x, 'release/')"],
  ["**/fix", "endsWith(x, '/fix')"],
  ["a**b", "(startsWith(x, 'a') && endsWith(x, 'b'))"],
  ["**mid**", "contains(x, 'mid')"],
  ["*mid*", "(contains(x, 'mid') && !contains(x, '/'))"],
])("%s is %s", (glob, expected) => {
  expect(matchText("x", glob, false)).toBe(expected);
});

test.each(["release/*", "v?", "ab**ba", "AB**b", "*a**", "a*b*c", "a**b**c", "*/a"])(
  "%s cannot be said",
  (glob) => {
    expect(matchText("x", glob, false)).toBe(undefined);
  },
);

test("a subject without slashes has no parts", () => {
  expect(matchText("x", "a/*", true)).toBe("startsWith(x, 'a/')");
});

test.each([
  ["main", "main"],
  ["a/**", "a/**"],
  ["!a", "\\!a"],
  ["a!", "a!"],
  ["a+b[c]", "a\\+b\\[c\\]"],
  ["a?", undefined],
])("as a filter of an event %s is %s", (glob, expected) => {
  expect(filterPattern(glob)).toBe(expected);
});
