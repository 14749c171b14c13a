import { expect, test } from "vitest";
import { problemWith } from "./checks.ts";
import type { Check } from "./definition.ts";
import type { Evaluation } from "./network.ts";

function answer(...data: readonly string[]): Evaluation {
  const tags = [{ name: "Action", value: "Info-Response" }];
  return { error: undefined, output: "", replies: data.map((text) => ({ data: text, tags })) };
}

function check(
  expectation: Check["expect"],
  given: Evaluation,
  expected: string | undefined,
): void {
  const found = problemWith({ action: "Info", tags: {}, expect: expectation }, given);
  expect(found).toBe(expected);
}

test("data may have more fields than are expected", () => {
  check({ data: { a: { b: [1] } } }, answer('{"a":{"b":[1],"c":2},"d":3}'), undefined);
});

test("one reply of several is enough", () => {
  check({ data: { a: 1 } }, answer("text", '{"a":1}'), undefined);
});

test("the first difference is told with its path", () => {
  check(
    { data: { a: { b: [1, 2] } } },
    answer('{"a":{"b":[1,3]}}'),
    "data.a.b[1]: expected 2, found 3",
  );
  check({ data: { a: 1 } }, answer("{}"), "data.a: expected 1, found nothing");
  check({ data: { a: 1 } }, answer("text"), "data is not JSON");
  check({ tags: { Action: "X" } }, answer(""), 'tag Action: expected "X", found "Info-Response"');
});

test("no reply and a Lua error are problems whatever is expected", () => {
  check({ tags: {} }, answer(), "no reply");
  check({ tags: {} }, { ...answer("{}"), error: "attempt to index nil" }, "attempt to index nil");
});
