import { expect, test } from "vitest";
import { problemWith, questionOf } from "./checks.ts";
import type { Check } from "./definition/check.ts";
import type { Evaluation } from "./network/network.ts";

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

test("a text that is expected is the whole data, or a JSON text", () => {
  check({ data: "pong" }, answer("pong"), undefined);
  check({ data: "pong" }, answer('"pong"'), undefined);
  check({ data: "pong" }, answer("ping"), 'data: expected "pong", found "ping"');
  check({ data: [1, { a: 2 }] }, answer('[1,{"a":2,"b":3}]'), undefined);
});

test("a path leads to one value at least, and each of them is as expected", () => {
  const found = answer('{"skills":[{"id":"a","on":true},{"id":"b","on":true}],"a b":{"c":null}}');
  check({ paths: { "$.skills[0].id": "a", "$.skills[-1].id": "b" } }, found, undefined);
  check({ paths: { "$.skills[*].on": true, "$['a b'].c": null } }, found, undefined);
  check({ paths: { "$.skills[*].id": "a" } }, found, '$.skills[*].id: expected "a", found "b"');
  check({ paths: { "$.skills[2].id": "a" } }, found, '$.skills[2].id: expected "a", found nothing');
  check({ paths: { "$.constructor": "a" } }, found, '$.constructor: expected "a", found nothing');
  check({ paths: { $: {} } }, answer("text"), "data is not JSON");
});

test("a schema is JSON Schema: what has no type, nested constants and combinations count too", () => {
  check({ schema: { required: ["a"] } }, answer("{}"), "schema: must have required property 'a'");
  check({ schema: { const: { a: 1 } } }, answer('{"a":1}'), undefined);
  check(
    { schema: { properties: { list: { items: { type: "string" } } } } },
    answer('{"list":["a",1]}'),
    "schema: /list/1: must be string",
  );
  check(
    { schema: { type: "object", additionalProperties: false } },
    answer('{"b":1}'),
    'schema: must NOT have additional properties: "b"',
  );
  check({ schema: true }, answer("text"), "data is not JSON");
});

test("a check asks with its action, its tags and its data", () => {
  const asked = { action: "Info", tags: { Query: "a" }, data: "b", expect: { tags: {} } };
  const tags = [
    { name: "Action", value: "Info" },
    { name: "Query", value: "a" },
  ];
  expect(questionOf(asked)).toEqual({ data: "b", tags });
});
