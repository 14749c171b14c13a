import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { maskSecrets } from "./masking.ts";

const digest = digestOf("x");
const secret = (name: string) => ({ name, state: "set", digest, secret: true }) as const;
const shown = (name: string) => ({ name, state: "set", digest, value: "plain-value" }) as const;

function check(
  values: Readonly<Record<string, string>>,
  line: string,
  expected: string,
  names: readonly string[] = Object.keys(values),
): void {
  expect(maskSecrets(names.map(secret), values)(line)).toBe(expected);
}

test("the value of a secret is nowhere in a line", () => {
  check({ NPM_TOKEN: "hunter22" }, "got hunter22, hunter22!", "got ***, ***!");
  check({ A: "hunter2", B: "hunter22" }, "hunter22 hunter2", "*** ***");
  check({ KEY: "-----BEGIN-----\nabcdef\n" }, "abcdef", "***");
  check({ KEY: "$& [a" }, "x $& [a y", "x *** y");
});

test("what is not secret, not set or too short to hide stays", () => {
  expect(maskSecrets([shown("MODE")], { MODE: "plain-value" })("plain-value")).toBe("plain-value");
  check({}, "hunter2", "hunter2", ["NPM_TOKEN"]);
  check({ NPM_TOKEN: "a" }, "a b", "a b");
});
