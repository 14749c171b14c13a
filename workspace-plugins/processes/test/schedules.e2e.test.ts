import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { NetworkAddresses } from "@slipway/ao-network";
import { openNetwork } from "@slipway/ao-network/network";
import { digestOf, inParallel, ok } from "@slipway/signature";
import { expect, test } from "vitest";
import { deployProcess } from "../src/deploy/deploy.ts";
import { disturb } from "./disturbed.ts";
import { filesOf, play } from "./play.ts";
import { scheduleOf } from "./schedule.ts";
import { scriptedAos } from "./scripted-aos.ts";
import { openTestNetwork, openWorkspace, processesOf } from "./workspace.ts";

/** `SEEDS=17,31` plays these alone. */
const chosen = process.env["SEEDS"]?.split(",").map(Number);
const seeds = (count: number) => chosen ?? Array.from({ length: count }, (_, at) => at + 1);

/** The units, signatures and requests are the real ones; of the aos module a double answers. */
test("after any of 200 schedules of faults and kills, a run without faults leaves one process, which the record names, and the next writes nothing", async () => {
  await using network = await openScriptedNetwork();
  expect(await playAll(seeds(200), network.addresses)).toEqual([]);
});

/** Each takes a second of the processor there: the first ten, unless they are chosen. */
test("the same with the real aos module", async () => {
  await using network = await openTestNetwork();
  expect(await playAll(seeds(10), network)).toEqual([]);
});

test("of two runs at once one deploys and the other is refused", async () => {
  await using network = await openScriptedNetwork();
  await using workspace = await openWorkspace(network.addresses);
  await workspace.write(filesOf(scheduleOf(1), { code: 0, settings: 0, onBoot: false }));
  const options = { deployTarget: scheduleOf(1).mode };
  const ran = await Promise.all([1, 2].map(() => deployProcess(workspace.task(), options)));
  const said = ran.map((each) => (each.ok ? each.value.cause : each.failure.reason));
  expect(said.toSorted()).toEqual(["ao-deploy-running", "first-deployment"]);
});

const deaths = (["legacy", "mainnet"] as const).flatMap((mode) =>
  [1, 2, 3].flatMap((nth) => (["before", "after"] as const).map((when) => ({ mode, nth, when }))),
);

test("a process that the system kills in the middle of a deployment leaves no second one", async () => {
  await using network = await openScriptedNetwork();
  const problems = await inParallel(3, deaths, async ({ mode, nth, when }) => {
    await using workspace = await openWorkspace(network.addresses);
    const { root, project } = workspace;
    const schedule = { ...scheduleOf(1), mode, processes: ["counter"], steps: [] } as const;
    await workspace.write(filesOf(schedule, { code: 0, settings: 0, onBoot: false }));
    const program = path.join(import.meta.dirname, "deploy-and-die.ts");
    const child = spawn(process.execPath, [program, root, project, mode, String(nth), when]);
    const signal = await new Promise((resolve) => child.once("exit", (_code, by) => resolve(by)));
    const ended = await deployProcess(
      workspace.task(),
      { deployTarget: mode },
      { environment: {} },
    );
    const count = (await processesOf(network.addresses, project)).length;
    const isRight = signal === "SIGKILL" && ended.ok && ended.value.state === "done" && count === 1;
    return ok(isRight ? [] : [{ mode, nth, when, signal, ended, count }]);
  });
  expect(problems.ok && problems.value.flat()).toEqual([]);
});

const freshMachines = (["legacy", "mainnet"] as const).flatMap((mode) =>
  [false, true].map((onBoot) => ({ mode, onBoot })),
);

test.each(freshMachines)(
  "$mode, on boot $onBoot: a machine with the sources and the wallet alone finds the process, though no gateway lists it yet",
  async ({ mode, onBoot }) => {
    await using network = await openScriptedNetwork();
    await using workspace = await openWorkspace(network.addresses);
    const schedule = { ...scheduleOf(1), mode, processes: ["counter"], steps: [] } as const;
    const deploy = async (code: number) => {
      await workspace.write(filesOf(schedule, { code, settings: 0, onBoot }));
      const { effects } = disturb({ faults: [], lags: true }, { environment: {} });
      return deployProcess(workspace.task(), { deployTarget: mode }, effects);
    };
    const first = await deploy(0);
    await rm(workspace.own(".."), { recursive: true });
    expect(await deploy(0)).toMatchObject({
      value: { state: "done", cause: "process-adopted", facts: first.ok && first.value.facts },
    });
    expect(await deploy(0)).toMatchObject({ value: { cause: "live-code-agrees" } });
    if (!onBoot) await rm(workspace.own(".."), { recursive: true });
    expect(await deploy(1)).toMatchObject({ ok: true, value: { state: "done" } });
    expect(await processesOf(network.addresses, workspace.project)).toHaveLength(1);
  },
);

async function playAll(
  all: readonly number[],
  network: NetworkAddresses,
): Promise<readonly string[]> {
  const played = await inParallel(8, all, async (seed) => {
    const schedule = scheduleOf(seed);
    const problems = await play(schedule, network).catch((error: unknown) => [String(error)]);
    return ok(problems.map((problem) => `seed ${seed}: ${problem} ${JSON.stringify(schedule)}`));
  });
  return played.ok ? played.value.flat() : [];
}

/** The units as they are, in this process, around a double of the module. */
async function openScriptedNetwork() {
  const folder = await mkdtemp(path.join(os.tmpdir(), "ao-network-"));
  const module = { wasm: new Uint8Array(), digest: digestOf("scripted aos") };
  const options = { evaluationTimeoutMs: 1000, previous: undefined, evaluate: scriptedAos };
  const network = await openNetwork(folder, module, options);
  if (!network.ok) throw new Error(network.failure.reason);
  const { addresses, [Symbol.asyncDispose]: close } = network.value;
  return {
    addresses,
    [Symbol.asyncDispose]: async () => {
      await close();
      await rm(folder, { recursive: true });
    },
  };
}
