import { expect, test } from "vitest";
import { canonicalJson } from "./canonical-json.ts";
import { parseStructured } from "./structured-text.ts";

/** What a text counts by. */
async function countedBy(file: string, text: string): Promise<string> {
  const value = await parseStructured(file, text);
  return value === undefined ? `as written: ${text}` : canonicalJson(value);
}

test.each([
  ["a.json", '{"a":1}', '{"a":1.0}'],
  ["a.json", '{"a":1000}', '{"a":1e3}'],
  ["a.json", '{"a":0}', '{"a":-0}'],
  ["a.json", '{"a":9007199254740992}', '{"a":9007199254740993}'],
  ["a.json", '{"a":0.1}', '{"a":0.10000000000000000001}'],
  ["a.json", '{"a":1e400}', '{"a":null}'],
  ["a.json", '{"a":1e-400}', '{"a":0}'],
  ["a.json", '{"__proto__":{"a":1}}', "{}"],
  ["a.json", '{"a":1,"a":2}', '{"a":2}'],
  ["a.json", '{"a":{"b":"x\\":","b":1}}', '{"a":{"b":1}}'],
  ["a.json", '{"a":"\\ud800"}', '{"a":"\ufffd"}'],
  ["a.yml", "a: 1", "a: 1.0"],
  ["a.yml", "a: 1000", "a: 1e3"],
  ["a.yml", "a: 0", "a: -0"],
  ["a.yml", "a: 9007199254740992", "a: 9007199254740993"],
  ["a.yml", "a: 0x20000000000000", "a: 0x20000000000001"],
  ["a.yml", "a: .5", "a: 0.5"],
  ["a.yml", "1: a", '"1": a'],
  ["a.yml", "true: a", '"true": a'],
  ["a.yml", "? [a]\n: b", '"[ a ]": b'],
  ["a.yml", "a: !own b", "a: b"],
  ["a.yml", "a: !own {b: c}", "a: {b: c}"],
  ["a.yml", "__proto__: {a: 1}", "{}"],
  ["a.yml", "a: &a {b: 1}\nc: {<<: *a}", "a: {b: 1}\nc: {b: 1}"],
  ["a.toml", "a = 1", "a = 1.0"],
  ["a.toml", "a = 0.0", "a = -0.0"],
  ["a.toml", "a = 9007199254740992", "a = 9007199254740993"],
  ["a.toml", "a = 1979-05-27", 'a = "1979-05-27"'],
  ["a.toml", "[__proto__]\na = 1", ""],
])("%s: %j and %j, which a reader may tell apart, count as two", async (file, one, other) => {
  expect(await countedBy(file, one)).not.toBe(await countedBy(file, other));
});

test.each([
  ["a.json", '{"a":[1,1.5,-2,1e21]}', '{ "a": [1, 1.5, -2, 1e21] }'],
  ["a.yml", "a: 255", "a: 0xff # c"],
  ["a.yml", "a: [1.5, 2.0]", "a:\n  - 1.5\n  - 2.0\n"],
  ["a.yml", "a: x", "\uFEFFa: !!str 'x'"],
  ["slipway.images.lock", "agents: {a: b}", "# c\nagents:\n  a: b\n"],
  ["a.toml", "a = 255", "a = 0xff # c"],
  ["a.toml", "a = 1.0", "a = 1.00"],
])("%s: %j and %j mean the same", async (file, one, other) => {
  expect(await countedBy(file, one)).not.toMatch(/^as written/);
  expect(await countedBy(file, one)).toBe(await countedBy(file, other));
});

test.each([
  ["a.yml", "a: &a [*a]"],
  ["a.yml", "a: &a {b: *a}"],
  ["a.yml", "- ".repeat(3000)],
  ["a.json", "[".repeat(200_000) + "]".repeat(200_000)],
  ["a.json", "[".repeat(600) + "]".repeat(600)],
  ["a.toml", `a = ${"[".repeat(3000) + "]".repeat(3000)}`],
])("%s: %j, which has no end or is past all reason deep, counts as written", async (file, text) => {
  expect(await parseStructured(file, text)).toBeUndefined();
});
