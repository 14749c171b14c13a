import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import type { ProcessRecord } from "../record/record.ts";
import { judgeGates } from "./gates.ts";
import type { Approval, GateProblem, PromotionFacts, SourceProcess } from "./gates.ts";

const code = digestOf("code");
const other = digestOf("other");
const links = digestOf("links");
const now = new Date("2026-11-21T12:00:00Z");

const record: ProcessRecord = {
  state: "deployed",
  process: "p",
  owner: "o",
  spawnDigest: digestOf("spawn"),
  codeDigest: code,
  linksDigest: links,
  handlers: [],
  provenBy: "m",
  history: [],
};
const verified = {
  at: "2026-11-21T11:50:00.000Z",
  process: "p",
  codeDigest: code,
  linksDigest: links,
  checks: { passed: 2, failed: 0 },
};
const source: SourceProcess = {
  name: "registry",
  record,
  verified,
  live: { code, links },
  bytes: code,
};
const rule = {
  from: "testnet",
  verified_within: 30 * 60_000,
  clean_tree: true,
  approval: { keys: ["second", "own"] },
};
const approval: Approval = {
  file: "a.json",
  state: "signed",
  signer: "second",
  digests: { registry: code },
};
const open: PromotionFacts = {
  from: "testnet",
  rule,
  processes: [source],
  dirty: [],
  approvals: [approval],
  ownKey: "own",
  now,
};

/** The gates that are closed, and why. */
function closed(facts: PromotionFacts): Readonly<Record<string, readonly GateProblem[]>> {
  return Object.fromEntries(
    judgeGates(facts).flatMap((gate) =>
      gate.state === "closed" ? [[gate.gate, gate.problems] as const] : [],
    ),
  );
}

const about = (change: Partial<SourceProcess>): PromotionFacts => ({
  ...open,
  processes: [{ ...source, ...change }],
});

test("with everything in order every gate is passed, and each is told", () => {
  expect(judgeGates(open).map(({ gate, state }) => [gate, state])).toEqual(
    ["rule", "deployed", "verified", "live", "checks", "bytes", "clean-tree", "approval"].map(
      (gate) => [gate, "passed"],
    ),
  );
});

const spawned: ProcessRecord = {
  state: "spawned",
  process: "p",
  owner: "o",
  spawnDigest: digestOf("spawn"),
  history: [],
};

test.each<readonly [string, PromotionFacts, Readonly<Record<string, readonly GateProblem[]>>]>([
  [
    "another source than the rule names",
    { ...open, from: "dev" },
    { rule: [{ kind: "other-source", allowed: "testnet" }] },
  ],
  [
    "spawned, and no code was proven",
    about({ record: spawned }),
    {
      deployed: [{ kind: "not-deployed", process: "registry" }],
      approval: [{ kind: "approved-other-digests", file: "a.json", signer: "second" }],
    },
  ],
  [
    "never verified",
    about({ verified: undefined }),
    { verified: [{ kind: "never-verified", process: "registry" }] },
  ],
  [
    "other code was verified than is recorded",
    about({ verified: { ...verified, codeDigest: other } }),
    { verified: [{ kind: "verified-another", process: "registry" }] },
  ],
  [
    "another process was verified than is recorded",
    about({ verified: { ...verified, process: "q" } }),
    { verified: [{ kind: "verified-another", process: "registry" }] },
  ],
  [
    "verified with other links",
    about({ verified: { ...verified, linksDigest: other } }),
    { verified: [{ kind: "verified-another", process: "registry" }] },
  ],
  [
    "verified a millisecond too long ago",
    { ...open, now: new Date("2026-11-21T12:20:00.001Z") },
    {
      verified: [
        {
          kind: "verified-too-long-ago",
          process: "registry",
          at: verified.at,
          withinMs: 1_800_000,
        },
      ],
    },
  ],
  [
    "verified in the future",
    { ...open, now: new Date("2026-11-21T11:49:59.999Z") },
    {
      verified: [
        {
          kind: "verified-too-long-ago",
          process: "registry",
          at: verified.at,
          withinMs: 1_800_000,
        },
      ],
    },
  ],
  [
    "other code is live by now",
    about({ live: { code: other, links } }),
    { live: [{ kind: "live-differs", process: "registry", expected: code, live: other }] },
  ],
  [
    "the same code that knows other ids is live by now",
    about({ live: { code, links: other } }),
    {
      live: [
        {
          kind: "live-differs",
          process: "registry",
          expected: code,
          live: code,
          links: { expected: links, live: other },
        },
      ],
    },
  ],
  [
    "the source is gone by now",
    about({ live: "gone" }),
    { live: [{ kind: "live-differs", process: "registry", expected: code, live: "gone" }] },
  ],
  [
    "the source does not answer",
    about({ live: "unread" }),
    { live: [{ kind: "live-differs", process: "registry", expected: code, live: "unread" }] },
  ],
  [
    "a check failed",
    about({ verified: { ...verified, checks: { passed: 1, failed: 1 } } }),
    { checks: [{ kind: "checks-failed", process: "registry", failed: 1 }] },
  ],
  [
    "the bytes are nowhere",
    about({ bytes: undefined }),
    { bytes: [{ kind: "bytes-lost", process: "registry", expected: code }] },
  ],
  [
    "the bytes are others",
    about({ bytes: other }),
    { bytes: [{ kind: "bytes-lost", process: "registry", expected: code }] },
  ],
  [
    "files are not committed",
    { ...open, dirty: ["a.lua", "b.lua"] },
    {
      "clean-tree": [
        { kind: "not-committed", file: "a.lua" },
        { kind: "not-committed", file: "b.lua" },
      ],
    },
  ],
  [
    "there is no repository",
    { ...open, dirty: undefined },
    { "clean-tree": [{ kind: "no-repository" }] },
  ],
  ["nobody approved", { ...open, approvals: [] }, { approval: [{ kind: "not-approved" }] }],
  [
    "one approved one's own, though the rule names that key",
    { ...open, approvals: [{ ...approval, signer: "own" }] },
    { approval: [{ kind: "approved-by-oneself", file: "a.json", signer: "own" }] },
  ],
  [
    "somebody approved whom the rule does not name",
    { ...open, approvals: [{ ...approval, signer: "third" }] },
    { approval: [{ kind: "approved-by-another", file: "a.json", signer: "third" }] },
  ],
  [
    "other digests were approved",
    { ...open, approvals: [{ ...approval, digests: { registry: other } }] },
    { approval: [{ kind: "approved-other-digests", file: "a.json", signer: "second" }] },
  ],
  [
    "fewer processes were approved",
    { ...open, approvals: [{ ...approval, digests: {} }] },
    { approval: [{ kind: "approved-other-digests", file: "a.json", signer: "second" }] },
  ],
  [
    "an approval is forged",
    { ...open, approvals: [{ file: "a.json", state: "disbelieved", problem: "signature" }] },
    { approval: [{ kind: "approval-disbelieved", file: "a.json", problem: "signature" }] },
  ],
])("%s", (_, facts, expected) => {
  expect(closed(facts)).toEqual(expected);
});

test("one good approval is enough beside others that are not", () => {
  const forged: Approval = { file: "b.json", state: "disbelieved", problem: "signature" };
  expect(closed({ ...open, approvals: [forged, approval] })).toEqual({});
});

test("what the rule does not ask for is told as that, and not as passed", () => {
  const { approval: _approval, ...lenient } = { ...rule, clean_tree: false };
  const gates = judgeGates({ ...open, rule: lenient, dirty: ["a"], approvals: [] });
  expect(
    gates.filter(({ state }) => state !== "passed").map(({ gate, state }) => [gate, state]),
  ).toEqual([
    ["clean-tree", "not-asked-for"],
    ["approval", "not-asked-for"],
  ]);
});

test("without a rule nothing is promoted, however well all else stands", () => {
  expect(closed({ ...open, rule: undefined })["rule"]).toEqual([{ kind: "no-rule" }]);
});
