import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { connectTo, connectToNode } from "./rig.ts";
import type { MainnetClient } from "./rig.ts";
import { startNetwork } from "./start.ts";
import type { RunningNetwork } from "./start.ts";
import { openTemporaryFolder } from "./temporary-folder.ts";

const counter = `
Count = Count or 0
Handlers.add("Add", "Add", function(message)
  Count = Count + tonumber(message.Tags.By)
  Send({ device = "patch@1.0", count = tostring(Count), cache = { last = message.Tags.By } })
  message.reply({ Action = "Added", Data = tostring(Count) })
end)
Handlers.add("Read", "Read", function(message) message.reply({ Data = tostring(Count) }) end)
Send({ device = "patch@1.0", Count = "none", cache = { first = "yes" } })
return "counter is loaded"
`;

let folder: Awaited<ReturnType<typeof openTemporaryFolder>>;
let network: RunningNetwork;
let client: MainnetClient;

beforeAll(async () => {
  folder = await openTemporaryFolder();
  network = await startNetwork(path.join(folder.path, "state"));
  client = await connectToNode(network);
});

afterAll(async () => {
  await network.stop();
  await folder[Symbol.asyncDispose]();
});

async function read(at: string): Promise<readonly [number, string]> {
  const response = await fetch(`${network.url}/${at}`);
  return [response.status, await response.text()];
}

test("aoconnect in mainnet mode spawns, evaluates, reads results by slot and dry-runs", async () => {
  const process = await client.spawn({ Purpose: "counting" });
  expect(await read(`${process}/slot/current`)).toEqual([200, "0"]);
  const evaluation = await client.send(process, { Action: "Eval" }, counter);
  expect(evaluation).toBe(1);
  expect((await client.result(process, evaluation)).Output?.data).toContain("counter is loaded");
  const added = await client.send(process, { Action: "Add", By: "2" });
  expect((await client.result(process, added)).Messages.at(-1)?.Data).toBe("2");
  const newest = await client.newest(process);
  expect(newest.slot).toBe(String(added));
  expect(newest.result.Messages.at(-1)?.Data).toBe("2");
  expect((await client.dryRun(process, { Action: "Read" })).Messages[0]?.Data).toBe("2");
});

test("a key is served at now and compute once a patch message has set it", async () => {
  const process = await client.spawn();
  expect((await read(`${process}~process@1.0/now/count`))[0]).toBe(404);
  await client.send(process, { Action: "Eval" }, counter);
  expect(await read(`${process}~process@1.0/now/count`)).toEqual([200, "none"]);
  await client.send(process, { Action: "Add", By: "3" });
  expect(await read(`${process}~process@1.0/now/count`)).toEqual([200, "3"]);
  expect(await read(`${process}~process@1.0/compute/count`)).toEqual([200, "3"]);
  expect(await read(`${process}~process@1.0/now/cache/last`)).toEqual([200, "3"]);
  expect(await read(`${process}~process@1.0/now/cache/first`)).toEqual([200, "yes"]);
});

test("a dry-run leaves no trace, and its signer is its owner", async () => {
  const process = await client.spawn();
  await client.send(process, { Action: "Eval" }, counter);
  const dry = await client.dryRun(process, { Action: "Add", By: "5" });
  expect(dry.Messages.at(-1)?.Data).toBe("5");
  expect(await read(`${process}~process@1.0/now/count`)).toEqual([200, "none"]);
  expect(await read(`${process}/slot/current`)).toEqual([200, "1"]);
});

test("the address of the node is scheduler and authority: what a process sends on is trusted", async () => {
  const receiver = await client.spawn();
  await client.send(receiver, { Action: "Eval" }, counter);
  const sender = await client.spawn();
  const send = `Send({ device = "patch@1.0", Sent = "1" })
    Send({ Target = "${receiver}", Action = "Add", By = "4" })`;
  await client.send(sender, { Action: "Eval" }, send);
  const count = () => read(`${receiver}~process@1.0/now/count`);
  await expect.poll(count, { timeout: 10_000 }).toEqual([200, "4"]);
});

test("where repeats take no slot, the same item posted again has the slot it had", async () => {
  await network.conditions.set({ repeatTakesSlot: false });
  const process = await client.spawn();
  const legacy = await connectTo(network);
  await legacy.send(process, { Action: "Eval" }, "Count = (Count or 0) + 1; return Count");
  const push = async () => {
    const response = await post(`${process}~process@1.0/push`, legacy.lastItem());
    return [response.status, await response.json()] as const;
  };
  const answer = [200, expect.objectContaining({ slot: 1, process })];
  expect(await push()).toEqual(answer);
  expect(await push()).toEqual(answer);
  expect(await read(`${process}/slot/current`)).toEqual([200, "1"]);
  await network.conditions.set({ repeatTakesSlot: true });
});

test("the schedule tells which slot has an item", async () => {
  const process = await client.spawn();
  await client.send(process, { Action: "Eval" }, "return 1");
  await client.send(process, { Action: "Eval" }, "return 2");
  const Schedule = z.object({
    page_info: z.object({ has_next_page: z.boolean() }),
    edges: z.array(
      z.object({ cursor: z.number(), node: z.object({ message: z.object({ Data: z.string() }) }) }),
    ),
  });
  const slots = async (query: string) => {
    const [, body] = await read(`${process}~process@1.0/schedule?accept=application/aos-2${query}`);
    const { edges } = Schedule.parse(JSON.parse(body));
    return edges.map(({ cursor, node }) => [cursor, node.message.Data]);
  };
  expect(await slots("")).toEqual([
    [0, "1984"],
    [1, "return 1"],
    [2, "return 2"],
  ]);
  expect(await slots("&from=1&to=1")).toEqual([[1, "return 1"]]);
});

test("the node refuses what a HyperBEAM node could not run", async () => {
  const process = await client.spawn();
  const legacy = await connectTo(network);
  await legacy.spawn();
  const spawn = await post("push", legacy.lastItem());
  expect([spawn.status, await spawn.json()]).toEqual([
    400,
    { error: "Device of the process is not of this node: device: " },
  ]);
  const doubled = client.spawn({ "Execution-Device": "genesis-wasm@1.0" });
  await expect(doubled).rejects.toThrow("Error spawning process");
  await legacy.send(process, { Action: "Eval" });
  const item = legacy.lastItem();
  expect((await post(`${await client.spawn()}~process@1.0/push`, item)).status).toBe(400);
  expect((await post(`${process}~process@1.0/push`, item, {})).status).toBe(400);
  expect((await read(`${process}~process@1.0/compute/results=9`))[0]).toBe(404);
  expect((await read(`${process}~process@1.0/compute/results=x`))[0]).toBe(404);
  expect((await read(`${"u".repeat(42)}A/slot/current`))[0]).toBe(404);
});

function post(
  at: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = { "codec-device": "ans104@1.0" },
): Promise<Response> {
  return fetch(`${network.url}/${at}`, { method: "POST", body: Buffer.from(body), headers });
}
