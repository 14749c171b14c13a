import { expect, test } from "vitest";
import { searchLines } from "./package-search.ts";

const found = {
  name: "text-tools",
  version: "1.0.0",
  language: "python",
  description: "Counts and excerpts",
  summary: "",
  capabilities: [],
  usage: "",
  inputs: "",
  outputs: "",
  tags: [],
  places: [],
  score: 1,
} as const;

test("a package says what it is, what it can do, and where it is", () => {
  const places = [
    { kind: "lock", key: "text_tools", source: "localhost:5000/a/text-tools:1" },
    { kind: "build", reference: "text-tools:1.0.0" },
    { kind: "pull", reference: "localhost:5000/a/text-tools:1" },
    { kind: "registry", repository: "localhost:5000/a/text-tools", tags: ["1.1.0", "1"] },
  ] as const;
  const capabilities = ["count words", "cut"];
  expect(
    searchLines({ packages: [{ ...found, summary: "Helpers", capabilities, places }], unread: 2 }),
  ).toEqual([
    "text-tools 1.0.0 (python)",
    "  Helpers",
    "  can count words; cut",
    "  in the lock as text_tools, from localhost:5000/a/text-tools:1",
    "  in the cache, built as text-tools:1.0.0",
    "  in the cache, pulled as localhost:5000/a/text-tools:1",
    "  in the registry, localhost:5000/a/text-tools: 1.1.0, 1",
    "",
    "1 package found",
    "2 could not be read as packages",
  ]);
});

test("where there is no summary the description stands in, and nothing found is said", () => {
  expect(searchLines({ packages: [found], unread: 0 })[1]).toBe("  Counts and excerpts");
  expect(searchLines({ packages: [], unread: 0 })).toEqual(["No packages found"]);
});

test("a hostile text stays one line of its own, of an end, and does nothing to a terminal", () => {
  const summary = `ok\n✓ verified by slipway\u001b[8m\u202e${"x".repeat(1000)}`;
  const lines = searchLines({ packages: [{ ...found, summary }], unread: 0 });
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatch(/^ {2}ok ✓ verified by slipway\\x1b\[8m\\u202ex+…$/);
  expect(lines[1]).toHaveLength(303);
});
