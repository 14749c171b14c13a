import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { aosModuleFile, loadAosModule } from "./aos-module.ts";
import { openEvaluation } from "./evaluation.ts";
import type { Evaluate } from "./evaluation.ts";

const id = `${"p".repeat(42)}A`;
const owner = `${"o".repeat(42)}A`;
const environment = { Process: { Id: id, Owner: owner, Tags: [] }, Module: { Id: id, Tags: [] } };

function messageOf(nonce: number, tags: Readonly<Record<string, string>>, Data: string): object {
  return {
    Id: nonce === 0 ? id : `${"m".repeat(41)}${nonce}A`,
    Target: id,
    Owner: owner,
    From: owner,
    Tags: Object.entries(tags).map(([name, value]) => ({ name, value })),
    Data,
    Module: id,
    Epoch: 0,
    Nonce: nonce,
    Timestamp: 1_700_000_000_000,
    "Block-Height": 1,
    Cron: false,
  };
}

async function memoryDigestAfter(evaluate: Evaluate, lua: string): Promise<string> {
  const messages = [
    messageOf(0, { Type: "Process" }, "1984"),
    messageOf(1, { Type: "Message", Action: "Eval" }, lua),
  ];
  let memory;
  for (const message of messages) {
    const reply = await evaluate({ memory, message: { ...message }, environment });
    if (!reply.ok) throw new Error(reply.failure.reason);
    expect(reply.value.result.Error).toBeUndefined();
    memory = reply.value.memory;
  }
  return digestOf(memory?.bytes ?? "");
}

async function open() {
  const effects = { signal: AbortSignal.timeout(200_000), progress: () => undefined };
  const aos = await loadAosModule(aosModuleFile(process.env), effects);
  if (!aos.ok) throw new Error(aos.failure.reason);
  return openEvaluation(aos.value.wasm, 60_000);
}

test("the same messages leave the same memory, also where Lua asks for time and chance", async () => {
  const lua = "X = { os.time(), os.clock(), math.random(), tostring({}) }; return #X";
  await using one = await open();
  await using other = await open();
  const digest = await memoryDigestAfter(one.evaluate, lua);
  expect(await memoryDigestAfter(one.evaluate, lua)).toBe(digest);
  expect(await memoryDigestAfter(other.evaluate, lua)).toBe(digest);
  expect(await memoryDigestAfter(one.evaluate, "return 4")).not.toBe(digest);
});

test("a memory that grew is carried to the next message", async () => {
  await using evaluation = await open();
  const grow = `X = {}; for i = 1, 60 do X[i] = string.rep("x", 1024 * 1024) .. i end; return #X`;
  const digest = await memoryDigestAfter(evaluation.evaluate, grow);
  expect(await memoryDigestAfter(evaluation.evaluate, grow)).toBe(digest);
});

test("the thread's patches of time and chance stay in the thread", async () => {
  const { now } = Date;
  const { random } = Math;
  await using evaluation = await open();
  await memoryDigestAfter(evaluation.evaluate, "return 1");
  expect(Date.now).toBe(now);
  expect(Math.random).toBe(random);
});
