import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import type { Live } from "../network/network.ts";
import type { ProcessRecord } from "../record/record.ts";
import { decide } from "./decide.ts";
import type { Step, Wanted } from "./decide.ts";

const now = digestOf("code now");
const before = digestOf("code before");
const other = digestOf("other code");
const links = digestOf("links");
const otherLinks = digestOf("other links");
const spawnDigest = digestOf("spawn");

const wanted: Wanted = {
  owner: "me",
  spawnDigest,
  codeDigest: now,
  linksDigest: links,
  strategy: "in-place",
};
const spawned = {
  state: "spawned",
  process: "p",
  owner: "me",
  spawnDigest,
  history: [],
} satisfies ProcessRecord;
const deployed = {
  ...spawned,
  state: "deployed",
  codeDigest: now,
  linksDigest: links,
  handlers: [],
  provenBy: "m",
} satisfies ProcessRecord;
const says = (code: typeof now, linksDigest = links): Live => ({ code, links: linksDigest });

test.each<[string, ProcessRecord, Live, Step]>([
  ["the process says what is wanted", deployed, says(now), { step: "nothing" }],
  [
    "the code changed",
    { ...deployed, codeDigest: before },
    says(before),
    { step: "evaluate", cause: "code-changed" },
  ],
  [
    "a process that it needs is another one",
    { ...deployed, linksDigest: otherLinks },
    says(now, otherLinks),
    { step: "evaluate", cause: "links-changed" },
  ],
  [
    "somebody evaluated other code",
    deployed,
    says(other),
    { step: "evaluate", cause: "live-code-drifted" },
  ],
  [
    "somebody evaluated this code with other links",
    deployed,
    says(now, otherLinks),
    { step: "evaluate", cause: "live-code-drifted" },
  ],
  [
    "somebody removed our mark",
    deployed,
    "undeployed",
    { step: "evaluate", cause: "live-code-drifted" },
  ],
  [
    "the run ended before it could record",
    { ...deployed, codeDigest: before },
    says(now),
    { step: "record", cause: "deployment-resumed" },
  ],
  [
    "spawned and never evaluated",
    spawned,
    "undeployed",
    { step: "evaluate", cause: "spawn-unfinished" },
  ],
  [
    "spawned and evaluated unseen",
    spawned,
    says(now),
    { step: "record", cause: "deployment-resumed" },
  ],
  ["the network was emptied", deployed, "gone", { step: "spawn", cause: "process-was-gone" }],
  [
    "the network was emptied and has another wallet",
    { ...deployed, owner: "you" },
    "gone",
    { step: "spawn", cause: "process-was-gone" },
  ],
  [
    "the spawn settings changed",
    { ...deployed, spawnDigest: other },
    says(now),
    { step: "spawn", cause: "spawn-settings-changed" },
  ],
  ["the wallet is not the owner's", { ...deployed, owner: "you" }, says(now), { step: "refuse" }],
])("%s", (_title, record, live, expected) => {
  expect(decide(record, live, wanted)).toEqual(expected);
});

test.each<[string, ProcessRecord, Live, Wanted["linksDigest"], Step]>([
  [
    "other code is another process",
    { ...deployed, codeDigest: before },
    says(before),
    links,
    { step: "spawn", cause: "code-changed" },
  ],
  [
    "other links are another process, before they are known",
    deployed,
    says(now),
    undefined,
    { step: "spawn", cause: "links-changed" },
  ],
  [
    "the same code is put back",
    deployed,
    says(other),
    links,
    { step: "evaluate", cause: "live-code-drifted" },
  ],
  [
    "a process that never ran code is ended",
    spawned,
    "undeployed",
    links,
    { step: "evaluate", cause: "spawn-unfinished" },
  ],
])("immutable: %s", (_title, record, live, linksDigest, expected) => {
  expect(decide(record, live, { ...wanted, strategy: "immutable", linksDigest })).toEqual(expected);
});
