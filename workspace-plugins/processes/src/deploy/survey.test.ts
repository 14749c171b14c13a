import { digestOf, ok } from "@slipway/signature";
import { expect, test } from "vitest";
import { linksDigestOf } from "../evaluated-text.ts";
import type { AoNetwork, Live } from "../network/network.ts";
import type { ProcessRecord } from "../record/record.ts";
import { spawnDigestOf } from "./spawn-settings.ts";
import type { SpawnSettings } from "./spawn-settings.ts";
import { survey } from "./survey.ts";

const settings: SpawnSettings = {
  mode: "legacy",
  made: { module: "module", scheduler: "scheduler", authority: "authority" },
  owner: "me",
  project: "skills",
  deployTarget: "dev",
  process: "registry",
  name: "registry",
  tags: { Flavour: "first" },
  cron: undefined,
  onBoot: false,
};
const code = "return 1\n";
const goal = {
  name: "registry",
  settings,
  code,
  codeDigest: digestOf(code),
  handlers: [],
  needs: [],
  onBoot: false,
};
const other = { ...settings, tags: { Flavour: "second" } };
const record: ProcessRecord = {
  state: "deployed",
  process: "of-second",
  owner: "me",
  spawnDigest: spawnDigestOf(other),
  codeDigest: goal.codeDigest,
  linksDigest: linksDigestOf({}),
  handlers: [],
  provenBy: "message",
  history: [],
};
const otherCode: Live = { code: digestOf("other"), links: linksDigestOf({}) };
const agreed: Live = { code: goal.codeDigest, links: linksDigestOf({}) };

/** A network whose gateway lists these processes with the wanted settings. */
function networkOf(processes: Readonly<Record<string, Live>>) {
  const tags = [{ name: "Deploy-Spec", value: spawnDigestOf(settings) }];
  return {
    owner: "me",
    live: async (process) => ok(processes[process] ?? otherCode),
    itemsTagged: async () =>
      ok(Object.keys(processes).map((id) => ({ id, tags, recipient: "", at: undefined }))),
  } satisfies Pick<AoNetwork, "live" | "itemsTagged" | "owner">;
}

async function stepOf(
  processes: Readonly<Record<string, Live>>,
  strategy: "in-place" | "immutable" = "in-place",
  recorded: ProcessRecord = record,
): Promise<unknown> {
  const wanted = {
    goals: [goal],
    record: { version: 2 as const, processes: { registry: recorded } },
    strategy,
  };
  const surveyed = await survey(networkOf(processes), wanted, (_question, ask) => ask());
  const [first] = surveyed.ok ? surveyed.value : [];
  return { ...first?.step, process: first?.record?.process, replaced: first?.replaced };
}

test("settings that come back find the process that has them; only without one another is spawned", async () => {
  const found = { cause: "process-adopted", process: "of-first", replaced: "of-second" };
  expect(await stepOf({ "of-first": agreed })).toEqual({ step: "record", ...found });
  expect(await stepOf({ "of-first": "undeployed" })).toEqual({ step: "evaluate", ...found });
  const spawned = { step: "spawn", cause: "spawn-settings-changed", process: "of-second" };
  expect(await stepOf({})).toEqual({ ...spawned, replaced: undefined });
  expect(await stepOf({ "of-first": "gone" })).toEqual({ ...spawned, replaced: undefined });
});

test("immutable: code that comes back finds the process that runs it, and none that ran other code", async () => {
  const recorded: ProcessRecord = {
    ...record,
    spawnDigest: spawnDigestOf(settings),
    codeDigest: digestOf("other"),
  };
  const runsOther: Live = { code: digestOf("a third"), links: linksDigestOf({}) };
  expect(await stepOf({ third: runsOther, first: agreed }, "immutable", recorded)).toEqual({
    step: "record",
    cause: "process-adopted",
    process: "first",
    replaced: "of-second",
  });
  expect(await stepOf({ third: runsOther }, "immutable", recorded)).toMatchObject({
    step: "spawn",
    cause: "code-changed",
  });
});
