import { expect, test } from "vitest";
import { columns, table } from "./table.ts";

test("columns are as wide as their widest cell, and no line ends with spaces", () => {
  expect(
    columns([
      ["a", "bbb", "c"],
      ["aaa", "b", ""],
      ["a", ""],
    ]),
  ).toEqual(["a    bbb  c", "aaa  b", "a"]);
});

test("a wide character takes two columns, a combining one none", () => {
  expect(
    columns([
      ["名", "x"],
      ["e\u0301e", "x"],
    ]),
  ).toEqual(["名  x", "e\u0301e  x"]);
});

test("a control character is shown, and counts as it is shown", () => {
  expect(
    columns([
      ["\u001b[1m", "x"],
      ["123456", "x"],
    ]),
  ).toEqual(["\\x1b[1m  x", "123456   x"]);
});

test("a cell makes no row of its own", () => {
  expect(columns([["a\n  2  forged", "x"]])).toEqual([String.raw`a\x0a  2  forged  x`]);
});

test("nothing has no lines", () => {
  expect(columns([])).toEqual([]);
});

test("a table has a rule under its head as wide as its widest line", () => {
  expect(table(["a", "b"], [["1", "long"]])).toEqual(["a  b", "───────", "1  long"]);
  expect(table(["a", "b"], [])).toEqual(["a  b", "────"]);
});
