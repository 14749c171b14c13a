import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { decide } from "./decide.ts";
import type { Live, Step, Wanted } from "./decide.ts";
import type { DeployRecord } from "./record.ts";

const now = digestOf("code now");
const before = digestOf("code before");
const other = digestOf("other code");
const spawnDigest = digestOf("spawn");

const wanted: Wanted = { owner: "me", spawnDigest, codeDigest: now };
const spawned = { version: 1, state: "spawned", process: "p", owner: "me", spawnDigest } as const;
const deployed = { ...spawned, state: "deployed", codeDigest: now, provenBy: "m" } as const;

test.each<[string, DeployRecord, Live, Step]>([
  ["the process says what is wanted", deployed, now, { step: "nothing" }],
  [
    "the code changed",
    { ...deployed, codeDigest: before },
    before,
    { step: "evaluate", cause: "code-changed" },
  ],
  [
    "somebody evaluated other code",
    deployed,
    other,
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
    now,
    { step: "record", cause: "deployment-resumed" },
  ],
  [
    "spawned and never evaluated",
    spawned,
    "undeployed",
    { step: "evaluate", cause: "spawn-unfinished" },
  ],
  ["spawned and evaluated unseen", spawned, now, { step: "record", cause: "deployment-resumed" }],
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
    now,
    { step: "spawn", cause: "spawn-settings-changed" },
  ],
  ["the wallet is not the owner's", { ...deployed, owner: "you" }, now, { step: "refuse" }],
])("%s", (_title, record, live, expected) => {
  expect(decide(record, live, wanted)).toEqual(expected);
});
