import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import type { Scheduled } from "../network/network.ts";
import { evaluationsAfter } from "./evaluations.ts";

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
