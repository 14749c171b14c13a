import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { isSound, linksApart, stateOf } from "./state.ts";

const of = (code: string, links = "") => ({ code: digestOf(code), links: digestOf(links) });

test.each([
  ["nothing recorded", undefined, "unread", of("a"), "never-deployed"],
  ["nobody answers", of("a"), "unread", of("a"), "unreachable"],
  ["spawned, and nobody answers", "unproven", "unread", of("a"), "unreachable"],
  ["the network has no such process", of("a"), "gone", of("a"), "gone"],
  ["spawned and no more", "unproven", "undeployed", of("a"), "unfinished"],
  ["spawned, and its evaluation was never read", "unproven", of("a"), of("a"), "unfinished"],
  ["our code was taken out", of("a"), "undeployed", of("a"), "drifted"],
  ["other code is live", of("a"), of("b"), of("a"), "drifted"],
  ["other code is live, which is what is bundled", of("a"), of("b"), of("b"), "drifted"],
  ["other links are live", of("a"), of("a", "x"), of("a"), "drifted"],
  ["all three agree", of("a"), of("a"), of("a"), "agrees"],
  ["nothing is bundled to compare with", of("a"), of("a"), undefined, "agrees"],
  ["other code is bundled", of("a"), of("a"), of("b"), "behind"],
  ["another process has a new id", of("a"), of("a"), of("a", "x"), "behind"],
] as const)("%s", (_, recorded, live, wanted, expected) => {
  expect(stateOf({ recorded, live, wanted })).toBe(expected);
});

test("what is older than the bundle is no fault, what is not what was deployed is", () => {
  expect((["agrees", "behind", "never-deployed"] as const).map(isSound)).toEqual([
    true,
    true,
    true,
  ]);
  expect((["drifted", "unfinished", "gone", "unreachable"] as const).map(isSound)).not.toContain(
    true,
  );
});

test.each([
  ["the code agrees", of("a", "x"), [of("a")], { expected: digestOf(""), live: digestOf("x") }],
  [
    "it is what is bundled",
    of("a"),
    [of("a"), of("a", "x")],
    { expected: digestOf("x"), live: digestOf("") },
  ],
  ["other code is live", of("b", "x"), [of("a")], undefined],
  ["nothing is recorded", of("a"), [undefined, "unproven"], undefined],
  ["the process is gone", "gone", [of("a")], undefined],
] as const)("other links are told by themselves: %s", (_, live, known, expected) => {
  expect(linksApart(live, known)).toEqual(expected);
});
