import { expect, test } from "vitest";
import { parseChallenges } from "./challenge.ts";

function check(header: string, expected: readonly (readonly [string, Record<string, string>])[]) {
  const read = parseChallenges(header).map(({ scheme, parameters }) => {
    return [scheme, Object.fromEntries(parameters)];
  });
  expect(read).toEqual(expected);
}

test.for<[string, readonly (readonly [string, Record<string, string>])[]]>([
  ["", []],
  ["Basic", [["basic", {}]]],
  ['Basic realm="a, b"', [["basic", { realm: "a, b" }]]],
  [
    'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"',
    [
      [
        "bearer",
        {
          realm: "https://auth.example/token",
          service: "registry.example",
          scope: "repository:a/b:pull,push",
        },
      ],
    ],
  ],
  [
    'BEARER Realm = "x" , error=invalid_token',
    [["bearer", { realm: "x", error: "invalid_token" }]],
  ],
  [
    'Negotiate, Basic realm="b", Bearer realm="t"',
    [
      ["negotiate", {}],
      ["basic", { realm: "b" }],
      ["bearer", { realm: "t" }],
    ],
  ],
  [String.raw`Bearer realm="a\"b\\c"`, [["bearer", { realm: String.raw`a"b\c` }]]],
  ['Bearer realm="never ended', [["bearer", {}]]],
  [',, ,Basic ,realm="r"', [["basic", { realm: "r" }]]],
  ['realm="without a scheme"', []],
])("%s is read", ([header, expected]) => check(header, expected));
