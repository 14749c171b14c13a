import { digestOf } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import { expect, test } from "vitest";
import type { HistoryEntry, ProcessRecord } from "../record/record.ts";
import { chooseCode, chooseProcess, isRedeployed } from "./choose.ts";

type Did = HistoryEntry["did"];
type Step = readonly [did: Did, code: string | undefined, process?: string];

/** A record after these steps; the messages are counted. */
function after(...steps: readonly Step[]): ProcessRecord {
  const history = steps.map(([did, code, process = "p"], at): HistoryEntry => {
    const sent = did === "adopted" || code === undefined ? {} : { message: `m${at}` };
    return {
      at: new Date(at).toISOString(),
      did,
      process,
      spawnDigest: digestOf(process),
      by: "o",
      ...(code === undefined ? {} : { codeDigest: digestOf(code), linksDigest: digestOf("") }),
      ...sent,
    };
  });
  const last = history.at(-1);
  const codeDigest: Digest = last?.codeDigest ?? digestOf("");
  const process = last?.process ?? "";
  const made = { process, owner: "o", spawnDigest: digestOf(process), history };
  const linksDigest = digestOf("");
  return { ...made, state: "deployed", codeDigest, linksDigest, handlers: [], provenBy: "m" };
}

const v1 = ["evaluated", "v1"] as const;
const v2 = ["evaluated", "v2"] as const;
const v3 = ["evaluated", "v3"] as const;
const spawn = ["spawned", undefined] as const;

function check(record: ProcessRecord, choice: Digest | { back: number }, expected: unknown): void {
  const chosen = chooseCode(record, choice);
  expect(chosen.ok ? chosen.value : chosen.failure).toEqual(expected);
}

const ran = (code: string, at: number, message: string | undefined = `m${at}`) => ({
  codeDigest: digestOf(code),
  at: new Date(at).toISOString(),
  message,
});
const none = (asked: string, ...known: readonly string[]) => ({
  reason: "rollback-not-found",
  asked,
  known: known.map((code) => digestOf(code)),
});

test.each<readonly [string, ProcessRecord, number, unknown]>([
  ["what ran before", after(spawn, v1, v2), 1, ran("v1", 1)],
  ["two before", after(spawn, v1, v2, v3), 2, ran("v1", 1)],
  ["evaluated twice it is still the current one", after(v1, v2, v2), 1, ran("v1", 0)],
  ["again after a rollback: the same", after(v1, v2, ["rolled-back", "v1"]), 1, ran("v1", 0, "m2")],
  [
    "further after a rollback: counted from the deployment",
    after(v1, v2, v3, ["rolled-back", "v2"]),
    2,
    ran("v1", 0),
  ],
  [
    "what was rolled back is not what ran before the next",
    after(v1, v2, ["rolled-back", "v1"], v3),
    1,
    ran("v1", 2),
  ],
  ["an older version deployed anew is the current one", after(v1, v2, v1), 1, ran("v2", 1)],
  ["a promotion counts as a deployment", after(v1, ["promoted", "v2"]), 1, ran("v1", 0)],
  [
    "of an earlier process too",
    after(v1, ["spawned", undefined, "q"], ["evaluated", "v2", "q"]),
    1,
    ran("v1", 0),
  ],
  [
    "adopted code was never sent by this entry",
    after(["adopted", "v1"], v2),
    1,
    { ...ran("v1", 0), message: undefined },
  ],
  [
    "adopted code that an older message has",
    after(v1, v2, ["adopted", "v1"], v3),
    1,
    ran("v1", 2, "m0"),
  ],
  ["there is nothing before the first", after(spawn, v1), 1, none("-1")],
  ["so far back goes no history", after(v1, v2), 2, none("-2", "v1")],
])("code: %s", (_, record, back, expected) => {
  check(record, { back }, expected);
});

test("code by its digest is any that ever ran here, and the current one too", () => {
  const record = after(v1, v2, v3);
  check(record, digestOf("v1"), ran("v1", 0));
  check(record, digestOf("v3"), ran("v3", 2));
  const asked = digestOf("v9");
  check(record, asked, none(asked, "v3", "v2", "v1"));
});

const moved = after(spawn, v1, ["spawned", undefined, "q"], ["evaluated", "v2", "q"]);

test("a process is one whose code was proven, and never the current one by counting", () => {
  expect(chooseProcess(moved, { back: 1 })).toEqual({
    ok: true,
    value: {
      process: "p",
      spawnDigest: digestOf("p"),
      codeDigest: digestOf("v1"),
      linksDigest: digestOf(""),
      message: "m1",
    },
  });
  expect(chooseProcess(moved, "q")).toMatchObject({ ok: true, value: { process: "q" } });
  const never = after(spawn, ["spawned", undefined, "q"], ["evaluated", "v2", "q"]);
  expect(chooseProcess(never, { back: 1 })).toMatchObject({ failure: { known: [] } });
  expect(chooseProcess(never, "p")).toMatchObject({ failure: { known: ["q"] } });
});

test("a process by counting is the same one after it was pointed back at", () => {
  const back = after(spawn, v1, ["evaluated", "v2", "q"], ["rolled-back", "v1", "p"]);
  expect(chooseProcess(back, { back: 1 })).toMatchObject({ ok: true, value: { process: "p" } });
});

test("the process that a redeployment left is the one before, also once it was pointed back at", () => {
  const left = [
    spawn,
    v1,
    ["spawned", undefined, "q"],
    ["evaluated", "v2", "q"],
    ["spawned", undefined, "r"],
    ["rolled-back", "v1", "r"],
  ] as const;
  for (const record of [after(...left), after(...left, ["rolled-back", "v2", "q"])]) {
    expect(chooseProcess(record, { back: 1 })).toMatchObject({ value: { process: "q" } });
    expect(chooseProcess(record, { back: 2 })).toMatchObject({ value: { process: "p" } });
  }
});

test("a redeployment is done when a process that is newer than the last deployment runs the code", () => {
  const again = [
    ["spawned", undefined, "q"],
    ["rolled-back", "v1", "q"],
  ] as const;
  expect(isRedeployed(after(v1, v2, ...again), digestOf("v1"))).toBe(true);
  expect(isRedeployed(after(v1, v2, ...again), digestOf("v2"))).toBe(false);
  expect(isRedeployed(after(v1, v2, ["rolled-back", "v1"]), digestOf("v1"))).toBe(false);
  expect(isRedeployed(after(v1, v2, ...again, ["evaluated", "v1", "q"]), digestOf("v1"))).toBe(
    false,
  );
});
