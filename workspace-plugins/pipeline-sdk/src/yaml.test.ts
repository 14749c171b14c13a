import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { formatYaml } from "./yaml.ts";

test.each([
  ["on", '"on": "yes"\n', { on: "yes" }],
  ["numbers in texts", 'a: "0755"\nb: "1e3"\nc: "3.10"\n', { a: "0755", b: "1e3", c: "3.10" }],
  ["several lines", "run: |\n  a\n    b\n", { run: "a\n  b\n" }],
  ["ends of lines of 1.1", 'a: "b\\u0085\\u2028c"\n', { a: "b\u0085\u2028c" }],
  ["white space that a block would lose", 'run: "\\ \\n"\n', { run: " \n" }],
])("%s are written so that every reader reads them alike", (_, expected, value) => {
  expect(formatYaml(value)).toBe(expected);
});

test("any text is read as it was written, as a value and as a key", () => {
  const signs = fc.constantFrom(
    "\n",
    " ",
    "\t",
    "\r",
    "#",
    ": ",
    "- ",
    "|",
    ">",
    "'",
    '"',
    "a",
    "\u0085",
    "\ufeff",
  );
  const text = fc.array(fc.oneof(signs, fc.string()), { maxLength: 8 }).map((all) => all.join(""));
  fc.assert(
    fc.property(text, (one) => {
      const value = { jobs: [{ run: one, [`key ${one}`]: 1 }] };
      expect(parse(formatYaml(value))).toEqual(value);
    }),
    { numRuns: 500 },
  );
});
