import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import type { Scheduled } from "../network/network.ts";
import type { DeployedRecord, HistoryEntry } from "../record/record.ts";
import { evaluationsAfter, evaluationsSince } from "./evaluations.ts";

const code = digestOf("code");

function message(id: string, from: string, tags: Readonly<Record<string, string>>): Scheduled {
  const named = Object.entries(tags).map(([name, value]) => ({ name, value }));
  return { id, from, at: Number(id) * 1000, tags: named };
}

const history = [
  message("1", "owner", { Type: "Process" }),
  message("2", "owner", { Action: "Eval", "Deploy-Code": code }),
  message("3", "anybody", { Action: "Info" }),
  message("4", "anybody", { Action: "Eval" }),
  message("5", "owner", { Action: "Eval" }),
  message("6", "owner", { Action: "Eval", "Deploy-Code": code }),
];

test("who evaluated after us is told with message and time, our own deployments by their tag", () => {
  expect(evaluationsAfter(history, { ours: "2", owner: "owner" })).toEqual([
    { message: "5", from: "owner", at: "1970-01-01T00:00:05.000Z" },
    { message: "6", from: "owner", at: "1970-01-01T00:00:06.000Z", deployed: code },
  ]);
});

test("what came before ours, and what a process does not evaluate, changed nothing", () => {
  expect(evaluationsAfter(history, { ours: "6", owner: "owner" })).toEqual([]);
  expect(evaluationsAfter(history.slice(0, 4), { ours: "2", owner: "owner" })).toEqual([]);
});

test("where our message is not listed nobody is left out", () => {
  const later = evaluationsAfter(history, { ours: "live-read", owner: "owner" });
  expect(later.map(({ message: id }) => id)).toEqual(["2", "5", "6"]);
});

function entryOf(id: string): HistoryEntry {
  return {
    at: "2026-01-01T00:00:00.000Z",
    did: "evaluated",
    process: "process",
    spawnDigest: code,
    message: id,
    by: "owner",
  };
}

const record: DeployedRecord = {
  process: "process",
  owner: "owner",
  spawnDigest: code,
  state: "deployed",
  codeDigest: code,
  linksDigest: code,
  handlers: [],
  provenBy: "2",
  history: [entryOf("2")],
};

/** Newest first, as a gateway lists them. */
const listed = history.map(({ id, at, tags }) => ({ id, at, tags, recipient: "process" }));

type Change = Partial<DeployedRecord> & { readonly isEnded?: boolean };

test.each<readonly [string, readonly string[], Change, readonly string[]]>([
  ["what came after our message", ["5", "2", "1"], {}, ["5"]],
  ["nothing after a deployment of the same code by another machine", ["6", "5", "2"], {}, []],
  ["nothing where our message is not listed yet", ["5"], {}, []],
  [
    "all of a process that was spawned with its code",
    ["5"],
    { history: [entryOf("process")] },
    ["5"],
  ],
  ["all of a list that was given up before ours came", ["5"], { isEnded: false }, ["5"]],
])("of a process that agrees is told %s", (_title, ids, { isEnded = true, ...change }, told) => {
  const newestFirst = ids.flatMap((id) => listed.filter((one) => one.id === id));
  const since = evaluationsSince({ items: newestFirst, isEnded }, { ...record, ...change });
  expect(since.map(({ message: id, from }) => [id, from])).toEqual(told.map((id) => [id, "owner"]));
});
