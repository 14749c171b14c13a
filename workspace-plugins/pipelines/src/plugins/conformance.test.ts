import path from "node:path";
import { expect, test } from "vitest";
import { testConformance } from "./conformance.ts";

const folder = path.join(import.meta.dirname, "../../..");

async function conformanceOf(file: string, args: readonly string[] = []) {
  const program = {
    name: file,
    file: process.execPath,
    args: [path.join(folder, file), ...args],
    folder,
  };
  return testConformance(program, { limitMs: 20_000 });
}

const names = [
  "answers the handshake",
  "says what it is to a person, and ends with 1",
  "answers 0 to protocols that it does not speak",
  "ignores fields that it does not know",
  "answers each hook that it names, twice alike",
  "has no hook that it does not name",
  "answers eight calls at once",
  "goes on after a call that was taken back",
  "ends with 0 when its input ends",
];

test("a plugin over the SDK conforms", async () => {
  expect(await conformanceOf("pipeline-sdk/test/greeter.ts")).toEqual({
    plugin: "lang/greeter",
    version: "1.2.3",
    checks: names.map((name) => ({ name })),
  });
});

test("of a plugin that falls short each check says how", async () => {
  const file = "pipelines/test/misbehaving-plugin.ts";
  const { checks } = await conformanceOf(file, ["any-protocol"]);
  expect(
    checks.map(({ name, problem, failure }) => [name, problem ?? failure?.reason ?? "ok"]),
  ).toEqual([
    ["answers the handshake", "ok"],
    [
      "says what it is to a person, and ends with 1",
      "without SLIPWAY_PLUGIN_COOKIE it ends with 0",
    ],
    ["answers 0 to protocols that it does not speak", "it takes protocol 1 of 1000 to 1001"],
    ["ignores fields that it does not know", "ok"],
    ["answers each hook that it names, twice alike", "plugin-answer-broken"],
    ["has no hook that it does not name", "plugin-answer-broken"],
    ["answers eight calls at once", "plugin-answer-broken"],
    ["goes on after a call that was taken back", "plugin-answer-broken"],
    ["ends with 0 when its input ends", "ok"],
  ]);
});

test("a plugin without a handshake is tried no further", async () => {
  const found = await conformanceOf("pipelines/test/misbehaving-plugin.ts", ["gives-up-at-once"]);
  expect(found.checks.map(({ name, failure }) => [name, failure?.reason])).toEqual([
    ["answers the handshake", "plugin-ended"],
  ]);
});
