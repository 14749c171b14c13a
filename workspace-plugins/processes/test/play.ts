import { readFile, rm } from "node:fs/promises";
import type { NetworkAddresses } from "@slipway/ao-network";
import { deployProcess } from "../src/deploy/deploy.ts";
import type { Effects } from "../src/deploy/settle.ts";
import type { Mode } from "../src/network/network.ts";
import { disturb } from "./disturbed.ts";
import type { Disturbed, Fault } from "./disturbed.ts";
import type { Schedule, Step, Wish } from "./schedule.ts";
import { forgetting } from "./scripted-aos.ts";
import { openWorkspace, processesOf } from "./workspace.ts";
import type { Workspace } from "./workspace.ts";

/** What is wrong after a schedule, in words; nothing when all is as it must be. */
export type Problems = readonly string[];

const usual: Effects = {
  // The budget of requests is written down in the workspace itself.
  environment: {},
  limits: { requestMs: 20_000, retryMs: [1, 1, 1], busyMs: 100 },
};

/** Plays a schedule, then runs without faults, then asks the network. */
export async function play(schedule: Schedule, network: NetworkAddresses): Promise<Problems> {
  await using workspace = await openWorkspace(network);
  const player: Player = { schedule, workspace, ran: 0 };
  for (const step of schedule.steps) await take(step, player);
  const final = await run(player, []);
  if (final.said !== undefined) return [`the run without faults failed: ${final.said}`];
  return await problemsAfter(player, network);
}

type Player = { readonly schedule: Schedule; readonly workspace: Workspace; ran: number };

async function problemsAfter(player: Player, network: NetworkAddresses): Promise<Problems> {
  const { schedule, workspace } = player;
  const { mode, strategy } = schedule;
  const problems: string[] = [];
  const record = await workspace.record(mode);
  const client = await workspace.client(mode);
  const processes = await processesOf(network, workspace.project);
  const counts = new Map<string, string[]>();
  for (const { id, name, spawnDigest } of processes) {
    const live = await client.live(id);
    const code = live.ok && typeof live.value === "object" ? live.value.code : "none";
    // Other code is another process there.
    const key = `${name} ${spawnDigest}${strategy === "immutable" ? ` ${code}` : ""}`;
    counts.set(key, [...(counts.get(key) ?? []), id]);
    const recorded = record[name];
    if (recorded?.process !== id) continue;
    if (recorded.spawnDigest !== spawnDigest)
      problems.push(`${name}: recorded with other settings`);
    if (recorded.state !== "deployed") problems.push(`${name}: recorded as ${recorded.state}`);
    else if (recorded.codeDigest !== code)
      problems.push(`${name}: ${code} is live, not the record's`);
  }
  for (const [key, ids] of counts) {
    if (ids.length > 1) problems.push(`${ids.length} processes of ${key}`);
  }
  for (const name of schedule.processes) {
    const id = record[name]?.process;
    if (!processes.some((each) => each.id === id)) problems.push(`${name}: not on the network`);
  }
  const file = workspace.own(`${mode}.json`);
  const before = await readFile(file, "utf8");
  const again = await run(player, []);
  if (again.said !== undefined) problems.push(`the next run failed: ${again.said}`);
  if (again.items > 0) problems.push(`the next run sent ${again.items} items`);
  if ((await readFile(file, "utf8")) !== before) problems.push("the next run wrote to the record");
  return problems;
}

async function take(step: Step, player: Player): Promise<void> {
  const { schedule, workspace } = player;
  const { mode } = schedule;
  switch (step.do) {
    case "edit": {
      return workspace.write(filesOf(schedule, step.wish));
    }
    case "lose": {
      if (step.what !== "journal") await rm(workspace.own(`${mode}.json`), { force: true });
      if (step.what !== "record") await rm(workspace.own(`${mode}.pending.json`), { force: true });
      return;
    }
    case "overwrite": {
      return overwrite(workspace, mode);
    }
    case "run": {
      await run(player, step.faults);
      return;
    }
    case "two-runs": {
      await Promise.all([run(player, step.faults), run(player, [])]);
    }
  }
}

type Ran = { readonly said: string | undefined; readonly items: number };

async function run(player: Player, faults: readonly Fault[]): Promise<Ran> {
  const { schedule, workspace, ran } = player;
  player.ran += 1;
  const disturbed = disturb({ faults, lags: ran < schedule.lagsForRuns }, usual);
  const said = await failureOf(workspace, schedule.mode, disturbed);
  return { said, items: disturbed.items() };
}

async function failureOf(
  workspace: Workspace,
  mode: Mode,
  { effects, signal }: Disturbed,
): Promise<string | undefined> {
  try {
    const ran = await deployProcess(workspace.task(signal), { deployTarget: mode }, effects);
    return ran.ok ? undefined : JSON.stringify(ran.failure);
  } catch (error) {
    if (error instanceof Error && error.message === "killed") return "killed";
    throw error;
  }
}

/** Somebody else with the wallet evaluates other code in each recorded process. */
async function overwrite(workspace: Workspace, mode: Mode): Promise<void> {
  const record = await workspace.record(mode).catch(() => ({}));
  const client = await workspace.client(mode);
  for (const { process } of Object.values(record)) {
    const tags = [{ name: "Action", value: "Eval" }];
    const item = await client.signMessage(process, { data: forgetting, tags });
    if (!item.ok) throw new Error(item.failure.reason);
    await client.post(process, item.value);
  }
}

/** Of the project, as a schedule wants it. */
export function filesOf(
  { mode, strategy, processes }: Schedule,
  wish: Wish,
): Readonly<Record<string, string>> {
  const settings = `tags: { Flavour: "${wish.settings}" }`;
  const counter = `  counter: { source: counter.lua, on_boot: ${wish.onBoot}, ${settings} }`;
  const reader = `  reader: { source: counter.lua, needs: [counter] }`;
  return {
    "ao.yml": [
      "name: counter",
      "processes:",
      processes.includes("reader") ? `${counter}\n${reader}` : counter,
      "targets:",
      `  ${mode}: { mode: ${mode}, network: local, preflight: "off", strategy: ${strategy} }`,
    ].join("\n"),
    "counter.lua": `Count = Count or 0\nHandlers.add("Version${wish.code}", function(msg) return msg.Action == "Version${wish.code}" end, function(msg) Count = Count + 1 end)\n`,
  };
}
