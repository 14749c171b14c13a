import fc from "fast-check";
import { parse } from "smol-toml";
import { expect, test } from "vitest";
import type { Plain } from "./located.ts";
import { writeToml } from "./write-toml.ts";

test("tables have headers, what is short a line, and commands of several lines their own", () => {
  expect(
    writeToml({
      version: "0.2",
      project: { name: "x" },
      jobs: {
        a: {
          needs: ["b"],
          steps: [{ run: 'echo "$A"' }, { run: "one\ntwo\n", env: { "A B": "'\\" } }],
        },
        b: { steps: [{ run: "x" }] },
      },
    }),
  ).toBe(`version = "0.2"

[project]
name = "x"

[jobs.a]
needs = ["b"]

[[jobs.a.steps]]
run = 'echo "$A"'

[[jobs.a.steps]]
run = '''
one
two
'''
env = { "A B" = "'\\\\" }

[jobs.b]
steps = [{ run = "x" }]
`);
});

const plain: fc.Arbitrary<Plain> = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({
      unit: fc.constantFrom("a", "'", '"', "\\", "\n", "\r", "\t", "\u007f", "{{", "é"),
    }),
    fc.string({ unit: "grapheme" }),
    fc.integer(),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

test("what is written is read as it was", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), plain, { maxKeys: 4, noNullPrototype: true }),
      (table) => {
        expect(parse(writeToml(table))).toEqual(table);
      },
    ),
    { numRuns: 500 },
  );
});
