import { expect, test } from "vitest";
import { parseDefinition } from "./definition.ts";

const whole = `name: skills
source: src/main.lua
targets:
  local: { mode: legacy, network: local }
`;

function check(text: string, expected: readonly (readonly [number, number, RegExp])[]): void {
  const parsed = parseDefinition(text, "p/ao.yml");
  if (parsed.ok) throw new Error("accepted");
  const { problems } = parsed.failure;
  expect(problems.map(({ line, column }) => [line, column])).toEqual(
    expected.map(([line, column]) => [line, column]),
  );
  for (const [at, [, , words]] of expected.entries()) expect(problems[at]?.message).toMatch(words);
}

test("the least that can be said is enough", () => {
  expect(parseDefinition(whole, "p/ao.yml")).toEqual({
    ok: true,
    value: {
      name: "skills",
      source: "src/main.lua",
      tags: {},
      checks: [],
      targets: { local: { mode: "legacy", network: "local" } },
    },
  });
});

test("every problem is told at once, where it stands", () => {
  check(
    `name: Skills Registry
source: ../main.lua
colour: red
tags:
  Module: other
checks:
  - action: Info
    expect: {}
  - expects: x
targets:
  local: { mode: legacy, network: local, speed: 1 }
`,
    [
      [9, 5, /checks\.1: Unrecognized key: "expects"/],
      [11, 42, /targets\.local: Unrecognized key: "speed"/],
      [3, 1, /Unrecognized key: "colour"/],
      [1, 7, /name: must be lower-case/],
      [2, 9, /source: must be a \.lua file/],
      [5, 11, /tags\.Module: .*deployment/],
      [8, 13, /checks\.0\.expect: expect tags, data, or both/],
      [9, 5, /checks\.1\.action/],
      [9, 5, /checks\.1\.expect/],
    ],
  );
});

test("a key given twice and broken YAML stand at their place", () => {
  check(`${whole}name: again\n`, [[5, 1, /unique/]]);
  check("name: [", [[1, 8, /./]]);
  check("", [[1, 1, /must be keys with values, and is empty/]]);
});

test("a target names its endpoints or the local network, not both", () => {
  const remote = `mode: legacy, mu: http://127.0.0.1:1, su: http://127.0.0.1:2, cu: http://127.0.0.1:3, gateway: http://127.0.0.1:4, module: ${"m".repeat(43)}, scheduler: ${"s".repeat(43)}, authority: ${"a".repeat(43)}, wallet: { env: KEY }`;
  const of = (target: string) => `name: a\nsource: a.lua\ntargets:\n  x: { ${target} }\n`;
  expect(parseDefinition(of(remote), "ao.yml").ok).toBe(true);
  expect(parseDefinition(of(`${remote}, network: local`), "ao.yml").ok).toBe(false);
});
