import type { Plan } from "@slipway/processes";
import { digestOf, shortDigest } from "@slipway/signature";
import { expect, test } from "vitest";
import { planRows } from "./ao-plan.ts";

const [old, now] = [digestOf("old"), digestOf("new")];
const nothing = { settings: [], links: [], items: [] };
const wanted = { spawnDigest: now, codeDigest: now };

const plan: Plan = {
  version: 1,
  project: "skills",
  projectRoot: "skills",
  deployTarget: "production",
  mode: "legacy",
  strategy: "in-place",
  owner: "me",
  record: old,
  interrupted: ["index"],
  processes: [
    {
      ...nothing,
      name: "index",
      step: "spawn",
      cause: "spawn-settings-changed",
      process: "i",
      live: "undeployed",
      wanted,
      settings: [
        { setting: "Module", before: "m", after: "n" },
        { setting: "Colour", after: "red" },
      ],
      code: { after: { digest: now, bytes: 10 }, handlers: { added: ["Info"], removed: [] } },
      items: [
        { kind: "spawn", bytes: 1200 },
        { kind: "evaluation", bytes: 1300 },
      ],
    },
    {
      ...nothing,
      name: "registry",
      step: "evaluate",
      cause: "code-changed",
      process: "r",
      live: { code: old, links: old },
      wanted,
      code: {
        before: { digest: old, bytes: 9 },
        after: { digest: now, bytes: 10 },
        modules: { added: ["a"], removed: ["b"], changed: ["c"] },
        handlers: { added: ["Stats"], removed: ["Old"] },
      },
      links: [{ name: "index" }],
      items: [{ kind: "evaluation", bytes: 1400 }],
    },
    {
      ...nothing,
      name: "other",
      step: "nothing",
      process: "o",
      live: "gone",
      wanted,
      links: [{ name: "x", id: "y" }],
    },
  ],
};

test("a plan in words: what changes, from what to what, and the bill", () => {
  const [was, is] = [shortDigest(old), shortDigest(now)];
  expect(planRows(plan).map((row) => row.join(" | "))).toEqual([
    "index | resumes | an earlier run was cut off: what it began is ended first",
    "index | is spawned | what the process is spawned from changed",
    " | process | i is left",
    " | setting | Module: m -> n",
    " | setting | Colour: none -> red",
    ` | code | ${is}, 10 bytes`,
    " | handlers | +Info",
    " | signs | spawn, 1200 bytes",
    " | signs | evaluation, 1300 bytes",
    "registry | is upgraded | the code changed",
    " | process | r",
    ` | code | ${was}, 9 bytes -> ${is}, 10 bytes`,
    " | modules | +a -b ~c",
    " | handlers | +Stats -Old",
    " | needs | index: the process to be spawned",
    " | signs | evaluation, 1400 bytes",
    "other | stays | it is as wanted",
    " | process | o",
    " | bill | 3 items, 3900 bytes to sign, as me",
  ]);
});
