import type { RunningNetwork } from "@slipway/ao-network";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestNetwork, openWorkspace, send } from "../../test/workspace.ts";
import type { Workspace } from "../../test/workspace.ts";
import { deployProcess } from "../deploy/deploy.ts";
import { promote } from "../promote/promote.ts";
import type { ProcessRecord } from "../record/record.ts";
import { rollback } from "../rollback/rollback.ts";
import type { TaskContext } from "../task.ts";
import { verifyEnvironment } from "../verify/verify-environment.ts";
import { liveCandidates } from "./live.ts";
import { judgePreflight, preflight } from "./preflight.ts";
import type { PreflightReport } from "./report.ts";
import { readSources } from "./source.ts";

const source = `Skills = Skills or {}
Log = Log or {}
Handlers.add("Register", "Register", function (msg)
  Skills[msg.Skill] = { by = msg.From }
  Log[#Log + 1] = msg.Skill
  At = msg.Timestamp
end)
Handlers.add("Count", "Count", function (msg)
  local count = 0
  for _ in pairs(Skills) do count = count + 1 end
  msg.reply({ Data = require("json").encode({ count = count, isLater = msg.Timestamp > At }) })
end)
`;
const definition = `name: skills
processes:
  registry:
    source: registry.lua
    state: [Skills]
targets:
  local: { mode: legacy, network: local }
  node: { mode: mainnet, network: local }
  held: { mode: legacy, network: local, preflight: live }
  mended: { mode: legacy, network: local, preflight: live }
  production: { mode: legacy, network: local, preflight: live, promotion: { from: local, clean_tree: false } }
`;
const counted = definition.replace(
  "    state: [Skills]",
  "    state: [Skills]\n    checks: [{ action: Count, expect: { data: { count: 2, isLater: true } } }]",
);

let network: RunningNetwork;
let workspace: Workspace;
const asked: string[] = [];
const task = (): TaskContext => ({
  ...workspace.task(AbortSignal.timeout(200_000)),
  counted: (_world, question) => asked.push(question),
});

beforeAll(async () => {
  network = await openTestNetwork();
  workspace = await openWorkspace(network);
  await bundle(definition, source);
});
afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
  await network[Symbol.asyncDispose]();
});

async function bundle(yaml: string, lua: string): Promise<void> {
  await workspace.write({ "ao.yml": yaml, "registry.lua": lua });
}

async function register(process: string, skills: readonly string[]): Promise<void> {
  const client = await workspace.client("legacy");
  for (const skill of skills) await send(client, process, { Action: "Register", Skill: skill });
}

async function idOfRegistry(deployTarget = "local"): Promise<string> {
  return (await recordOf(deployTarget)).process;
}

async function recordOf(deployTarget: string, name = "registry"): Promise<ProcessRecord> {
  const record = (await workspace.record(deployTarget))[name];
  if (record === undefined) throw new Error("not recorded");
  return record;
}

async function tryLive(deployTarget = "local"): Promise<PreflightReport> {
  const sources = await readSources(task());
  if (!sources.ok) throw new Error(sources.failure.reason);
  const candidates = await liveCandidates(task(), deployTarget, sources.value);
  if (!candidates.ok) throw new Error(JSON.stringify(candidates.failure));
  const { signal } = task();
  const report = await preflight(candidates.value, { signal, progress: () => undefined });
  if (!report.ok) throw new Error(report.failure.reason);
  return report.value;
}

test("what is not deployed is tried as a new process", async () => {
  const report = await tryLive();
  expect(report.processes).toMatchObject([
    { process: "registry", basis: "fresh", notLive: "not-deployed", verdict: "passed" },
  ]);
});

test("an upgrade is tried on what its process holds, and what it would lose is told", async () => {
  const deployed = await deployProcess(task(), { deployTarget: "local" });
  expect(deployed.ok).toBe(true);
  await register(await idOfRegistry(), ["search", "list"]);
  await bundle(counted, `${source}-- other code\n`);
  asked.length = 0;
  const kept = await tryLive();
  expect(kept.processes).toMatchObject([
    { process: "registry", basis: "live", verdict: "passed", checks: 1, changes: [] },
  ]);
  expect(asked).toEqual([`GET cu /state/${await idOfRegistry()}`]);

  await bundle(definition, source.replaceAll(" or {}", " and {} or {}").replace('"Count"', '"N"'));
  const lost = await tryLive();
  const judged = judgePreflight(lost, { acceptStateLoss: false });
  expect(judged).toMatchObject({
    ok: false,
    failure: {
      reason: "preflight-state-lost",
      losses: [
        { process: "registry", change: { change: "state-reset", lost: ["list", "search"] } },
      ],
    },
  });
  expect(lost.processes[0]).toMatchObject({
    changes: [
      { change: "state-reset", name: "Skills", before: { size: 4 }, after: { size: 0 } },
      { change: "table-emptied", name: "Log", before: { size: 2 } },
      { change: "handler-gone", name: "Count" },
    ],
  });
});

test("a node that serves no memory leaves the code to be tried as new", async () => {
  const deployed = await deployProcess(task(), { deployTarget: "node" });
  expect(deployed.ok).toBe(true);
  const report = await tryLive("node");
  expect(report.processes).toMatchObject([
    { process: "registry", basis: "fresh", notLive: "unserved", verdict: "passed" },
  ]);
});

test("a deployment that would lose state is refused before anything is signed, unless that is meant", async () => {
  await bundle(definition, source);
  const held = { deployTarget: "held" };
  expect((await deployProcess(task(), held)).ok).toBe(true);
  await register(await idOfRegistry("held"), ["search", "list"]);
  await bundle(definition, `Skills = nil\n${source}`);
  await network.log.reset();
  expect(await deployProcess(task(), held)).toMatchObject({
    ok: false,
    failure: {
      reason: "preflight-state-lost",
      losses: [{ process: "registry", change: { name: "Skills", lost: ["list", "search"] } }],
    },
  });
  expect(await network.log.writes()).toEqual([]);
  const meant = await deployProcess(task(), { ...held, acceptStateLoss: true });
  expect(meant).toMatchObject({ ok: true, value: { cause: "code-changed" } });
});

/** Of code that forgets what is declared, where two skills are registered. */
const lost = {
  ok: false,
  failure: {
    reason: "preflight-state-lost",
    losses: [{ process: "registry", change: { name: "Skills", lost: ["list", "search"] } }],
  },
};

test("a rollback is tried like a deployment, but for the checks, which are of the code that is left", async () => {
  const deployTarget = "mended";
  await bundle(definition, `Skills = nil\n${source}`);
  expect((await deployProcess(task(), { deployTarget })).ok).toBe(true);
  await bundle(counted, `${source}-- mended\n`);
  expect(await deployProcess(task(), { deployTarget })).toMatchObject({
    failure: { reason: "preflight-failed" },
  });
  const process = await idOfRegistry(deployTarget);
  await register(process, ["search", "list"]);
  expect((await deployProcess(task(), { deployTarget })).ok).toBe(true);
  const asIs = await recordOf(deployTarget);
  await network.log.reset();
  const back = { deployTarget, way: { to: "code", choice: { back: 1 } } } as const;
  expect(await rollback(task(), { ...back, isDryRun: false })).toMatchObject(lost);
  expect(await network.log.writes()).toEqual([]);
  expect(await recordOf(deployTarget)).toEqual(asIs);
  const meant = await rollback(task(), { ...back, isDryRun: false, acceptStateLoss: true });
  expect(meant).toMatchObject({ ok: true, value: { result: "done", to: { process } } });
});

test("a rollback whose followers would lose state is refused before the record points anywhere else", async () => {
  const pair = `name: skills
processes:
  registry: { source: registry.lua }
  index: { source: index.lua, needs: [registry], state: [Seen] }
targets:
  pair: { mode: legacy, network: local, preflight: live }
`;
  const index = `Seen = {}
Handlers.add("Register", "Register", function (msg) Seen[msg.Skill] = true end)
`;
  const deployTarget = "pair";
  const back = { deployTarget, process: "registry", isDryRun: false };
  await workspace.put({ "index.lua": index });
  for (const version of [1, 2]) {
    await bundle(pair, `${source}-- ${version}\n`);
    expect((await deployProcess(task(), { deployTarget })).ok).toBe(true);
  }
  const redeploy = { to: "redeploy", choice: { back: 1 } } as const;
  expect(await rollback(task(), { ...back, way: redeploy })).toMatchObject({ ok: true });
  const { process: id } = await recordOf(deployTarget, "index");
  await register(id, ["search"]);
  const before = await recordOf(deployTarget);
  const way = { to: "process", choice: { back: 1 } } as const;
  expect(await rollback(task(), { ...back, way })).toMatchObject({
    failure: { reason: "preflight-state-lost", losses: [{ process: "index" }] },
  });
  expect(await recordOf(deployTarget)).toEqual(before);
  const meant = await rollback(task(), { ...back, way, acceptStateLoss: true });
  expect(meant).toMatchObject({ value: { result: "done", followers: ["index"] } });
  expect((await recordOf(deployTarget)).process).not.toBe(before.process);
});

test("a promotion is tried on what the target holds", async () => {
  const people = { trust: new Map(), ownKey: undefined };
  const way = { from: "local", to: "production", isDryRun: false };
  const deployLocal = async (lua: string) => {
    await bundle(definition, lua);
    expect((await deployProcess(task(), { deployTarget: "local" })).ok).toBe(true);
    expect((await verifyEnvironment(task(), { deployTarget: "local" }, {})).ok).toBe(true);
  };
  await deployLocal(source);
  expect((await promote(task(), way, people)).ok).toBe(true);
  await register(await idOfRegistry("production"), ["search", "list"]);

  await deployLocal(`Skills = nil\n${source}`);
  await network.log.reset();
  expect(await promote(task(), way, people)).toMatchObject(lost);
  expect(await network.log.writes()).toEqual([]);
  const meant = await promote(task(), { ...way, acceptStateLoss: true }, people);
  expect(meant).toMatchObject({ value: { done: [{ cause: "code-changed" }] } });
});
