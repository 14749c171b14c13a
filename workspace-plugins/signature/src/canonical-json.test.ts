import * as fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

test("keys are in code-unit order at every depth and nothing else is written", () => {
  const value = {
    b: [1, { z: null, a: "é\n" }],
    a: true,
    B: 1.5,
    gone: undefined,
    "\u{1F600}": 1,
    "\uFF5E": 2,
  };
  expect(canonicalJson(value)).toBe(
    '{"B":1.5,"a":true,"b":[1,{"a":"é\\n","z":null}],"\u{1F600}":1,"\uFF5E":2}',
  );
});

test("the order in which an object was filled makes no difference", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).toReversed());
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
    }),
  );
});

test("it says what JSON says", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("what JSON cannot say is a bug", () => {
  expect(() => canonicalJson({ at: Number.NaN })).toThrow("internal: not a JSON value: NaN");
});
