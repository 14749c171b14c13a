import { expect, test } from "vitest";
import { idsIn, problemsOfIds } from "./shipped-ids.ts";

const registry = "r".repeat(42) + "A";
const index = "i".repeat(42) + "A";
const strange = "s".repeat(42) + "A";
const recorded = new Map([
  ["registry", registry],
  ["index", index],
]);

test.each([
  ["JSON", JSON.stringify({ registry, index })],
  ["TypeScript", `export const ids = { registry: "${registry}", index: '${index}' } as const;`],
  ["lines of an environment", `REGISTRY_PROCESS_ID=${registry}\nINDEX=${index}\n`],
])("ids are found in %s", (_, text) => {
  expect(idsIn(text)).toEqual([registry, index]);
  expect(problemsOfIds(text, recorded)).toEqual([]);
});

test("a part of a longer word is no id", () => {
  expect(idsIn(`"${registry}x" "sha256-${registry}"`)).toEqual([]);
});

test("one of several ids may be left out", () => {
  expect(problemsOfIds(JSON.stringify({ registry }), recorded)).toEqual([]);
});

test("an id of another process, one under another's name, and none are told", () => {
  expect(problemsOfIds(JSON.stringify({ registry: strange }), recorded)).toEqual([
    `${strange} is no process of the target`,
  ]);
  expect(problemsOfIds(JSON.stringify({ registry: index, index: registry }), recorded)).toEqual([
    `registry is ${registry}, not ${index}`,
    `index is ${index}, not ${registry}`,
  ]);
  expect(problemsOfIds("{}", recorded)).toEqual(["no id of a process is in it"]);
});
