import { expect, test } from "vitest";
import { expose, exposedAt } from "./exposed.ts";

function patch(tags: Readonly<Record<string, unknown>>): unknown {
  const all = { device: "patch@1.0", "Data-Protocol": "ao", ...tags };
  return { Tags: Object.entries(all).map(([name, value]) => ({ name, value })) };
}

test("messages of the device patch@1.0 set keys in order, others set none", () => {
  const other = { Target: "x", Tags: [{ name: "Price", value: "9" }] };
  const exposed = expose({}, [patch({ Price: "1", Name: "a" }), other, patch({ price: "2" })]);
  expect(exposed).toEqual({ price: "2", name: "a" });
});

test("tables are merged key by key, any other value is replaced", () => {
  const first = expose({}, [patch({ cache: { A: "1", deep: { b: "2" } }, list: [1, 2] })]);
  const both = expose(first, [patch({ cache: { deep: { c: "3" } }, list: [3] })]);
  expect(both).toEqual({ cache: { a: "1", deep: { b: "2", c: "3" } }, list: [3] });
});

test("a path finds what was set there, in any case, and nothing that was not set", () => {
  const exposed = expose({}, [patch({ cache: { deploy: "x" } })]);
  expect(exposedAt(exposed, "Cache/Deploy")).toBe("x");
  for (const absent of ["deploy", "cache/none", "cache/deploy/x", "constructor", "__proto__"]) {
    expect(exposedAt(exposed, absent)).toBeUndefined();
  }
});

test("a result without messages sets nothing", () => {
  for (const messages of [undefined, null, [], [{}], "text", [1]]) {
    expect(expose({ a: "1" }, messages)).toEqual({ a: "1" });
  }
});
