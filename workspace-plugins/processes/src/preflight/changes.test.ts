import { expect, test } from "vitest";
import { absentState, changesOf, isLoss } from "./changes.ts";
import type { Change } from "./changes.ts";
import type { Global, Inventory } from "./inventory.ts";

function inventory(globals: readonly Global[], handlers: readonly string[] = []): Inventory {
  return { globals, handlers };
}

function table(name: string, keys: readonly string[], content: string): Global {
  return { name, kind: "table", size: keys.length, keys: [...keys], content };
}

function check(
  before: readonly Global[],
  after: readonly Global[],
  expected: readonly (readonly [Change["change"], boolean])[],
): readonly Change[] {
  const found = changesOf(inventory(before), inventory(after), ["Skills"]);
  expect(found.map((change) => [change.change, isLoss(change)])).toEqual(expected);
  return found;
}

test("state with the same content is kept, in whatever way the code wrote it again", () => {
  const skills = table("Skills", ["a", "b"], "1");
  check([skills], [{ ...skills, keys: ["b", "a"] }], []);
});

test("declared state that is gone, of another kind or short of keys is lost", () => {
  const skills = table("Skills", ["a", "b"], "1");
  check([skills], [], [["state-vanished", true]]);
  check([skills], [{ name: "Skills", kind: "string", size: 3 }], [["state-kind-changed", true]]);
  check([skills], [table("Skills", [], "0")], [["state-reset", true]]);
  const [reset] = check([skills], [table("Skills", ["b", "c", "d"], "2")], [["state-reset", true]]);
  expect(reset).toMatchObject({ lost: ["a"] });
});

test("a table in declared state that was emptied is a loss, its key still there", () => {
  const before: Global = { name: "Skills", kind: "table", size: 9, keys: ["byName"], content: "1" };
  check([before], [{ ...before, size: 1, content: "2" }], [["state-reset", true]]);
});

test("a number of another value is one that the code began again", () => {
  const count = (content: string): Global => ({ name: "Skills", kind: "number", content });
  check([count("7")], [count("7")], []);
  check([count("7")], [count("0")], [["state-reset", true]]);
});

test("other values under the same keys are told and no loss", () => {
  check(
    [table("Skills", ["a"], "1")],
    [table("Skills", ["a", "b"], "2")],
    [["state-rewritten", false]],
  );
});

test("of what nobody declared only a table that is emptied and a handler that is gone are told", () => {
  const held = [
    { name: "Log", kind: "table", size: 3 },
    { name: "Note", kind: "string", size: 9 },
    { name: "Old", kind: "table", size: 0 },
  ];
  const left = [
    { name: "Log", kind: "table", size: 0 },
    { name: "Note", kind: "string", size: 1 },
  ];
  expect(
    changesOf(inventory(held, ["Info", "List"]), inventory(left, ["Info", "Page"]), []),
  ).toEqual([
    { change: "table-emptied", name: "Log", before: { kind: "table", size: 3 } },
    { change: "handler-gone", name: "List" },
  ]);
});

test("declared state that no code makes is told", () => {
  const absent = [{ change: "state-absent", name: "Skils" }];
  const left = inventory([table("Skills", [], "0")]);
  expect(absentState(left, ["Skills", "Skils"])).toEqual(absent);
  expect(changesOf(inventory([]), left, ["Skills", "Skils"])).toEqual(absent);
});
