import { expect, test } from "vitest";
import { readNpmLock } from "./npm-lock.ts";

const lock = {
  packages: {
    "": {},
    "node_modules/a": {
      version: "1.0.0",
      dependencies: { b: "^1" },
      optionalDependencies: { none: "1" },
    },
    "node_modules/a/node_modules/b": { version: "1.5.0", dependencies: { "@scope/c": "*" } },
    "node_modules/b": { version: "2.0.0" },
    "node_modules/@scope/c": { version: "3.0.0", dependencies: { a: "1" } },
    "packages/own/node_modules/b": { version: "2.5.0" },
    "node_modules/own": { link: true },
  },
};

function toolsOf(name: string): readonly string[] | undefined {
  const read = readNpmLock("package-lock.json", JSON.stringify(lock));
  const tools = read.ok ? read.value(name) : undefined;
  return tools?.map((tool) => `${tool.name} ${tool.version}`).toSorted();
}

test("a package brings what Node would resolve from it, cycles and all", () => {
  expect(toolsOf("a")).toEqual(["@scope/c 3.0.0", "a 1.0.0", "b 1.5.0"]);
});

test("a package that packages of the workspace have in versions of their own counts in all of them", () => {
  expect(toolsOf("b")).toEqual(["b 2.0.0", "b 2.5.0"]);
});

test("a package that is not locked is none", () => {
  expect(toolsOf("c")).toBeUndefined();
});

test.each(["{", "{}", '{"packages":{"node_modules/a":{"version":1}}}'])("%s is no lock", (text) => {
  const read = readNpmLock("package-lock.json", text);
  expect(read).toMatchObject({ ok: false, failure: { reason: "npm-lock-invalid" } });
});
