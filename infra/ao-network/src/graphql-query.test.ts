import { expect, test } from "vitest";
import { parseQuery } from "./graphql-query.ts";

function check(query: string, variables: Record<string, unknown> = {}): unknown {
  const parsed = parseQuery(query, variables);
  if (!parsed.ok) return parsed.failure;
  return parsed.value.map(({ alias, name, arguments: given, selection }) => ({
    alias,
    name,
    given: Object.fromEntries(given),
    selected: selection.map((field) => field.alias),
  }));
}

test("a query gives its fields with their variables filled in", () => {
  const query = `query Get ($ids: [ID!]! = ["x"]) { found: transactions(ids: $ids, first: 5) { edges, count } }`;
  expect(check(query, { ids: ["a"] })).toEqual([
    {
      alias: "found",
      name: "transactions",
      given: { ids: ["a"], first: 5 },
      selected: ["edges", "count"],
    },
  ]);
});

test("literals may be lists, objects, strings with escapes and enumerated names", () => {
  const query = `# all
    { transactions(tags: [{ name: "a\\"b", values: ["c"] }], sort: HEIGHT_ASC, x: null) { id } }`;
  expect(check(query)).toEqual([
    {
      alias: "transactions",
      name: "transactions",
      given: { tags: [{ name: 'a"b', values: ["c"] }], sort: "HEIGHT_ASC", x: undefined },
      selected: ["id"],
    },
  ]);
});

test.each([
  ["{ a", "unexpected end"],
  ["{ a } { b }", "one query at a time"],
  ["{ a(b: %) }", "unexpected %) }"],
  ["mutation { a }", "expected {, found mutation"],
  ['{ a(b: "\\q") }', 'unreadable "\\q"'],
])("%s is refused", (query, detail) => {
  expect(check(query)).toEqual({ reason: "query-invalid", detail });
});
