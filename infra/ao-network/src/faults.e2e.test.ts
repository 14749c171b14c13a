import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { connectTo, connectToNode } from "./rig.ts";
import type { Client } from "./rig.ts";
import { startNetwork } from "./start.ts";
import type { RunningNetwork } from "./start.ts";
import { openTemporaryFolder } from "./temporary-folder.ts";

let folder: Awaited<ReturnType<typeof openTemporaryFolder>>;
let network: RunningNetwork;
let client: Client;
let counting: string;

beforeAll(async () => {
  folder = await openTemporaryFolder();
  network = await startNetwork(path.join(folder.path, "state"));
  client = await connectTo(network);
  counting = await client.spawn();
  await client.ask(counting, { Action: "Eval" }, "Count = 0");
});

beforeEach(async () => {
  await network.faults.clear();
  await network.log.reset();
});

afterAll(async () => {
  await network.stop();
  await folder[Symbol.asyncDispose]();
});

const latest = () => fetch(`${network.su}/${counting}/latest`);

test("a reset, a page and a refusal take the place of an answer, each once", async () => {
  await network.faults.add(
    { unit: "su", kind: "latest", fault: "reset" },
    { unit: "su", kind: "latest", fault: "html" },
    { unit: "su", kind: "latest", fault: "html", status: 200 },
    { unit: "su", kind: "latest", fault: "status", status: 429, error: "Slow down" },
  );
  await expect(latest()).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
  for (const status of [502, 200]) {
    const page = await latest();
    expect([page.status, page.headers.get("content-type")]).toEqual([status, "text/html"]);
    expect(await page.text()).toContain("<html>");
  }
  const refused = await latest();
  expect([refused.status, await refused.json()]).toEqual([429, { error: "Slow down" }]);
  expect((await latest()).status).toBe(200);
  const ends = (await network.log.entries()).map(({ fault, status }) => [fault, status]);
  expect(ends).toEqual([
    ["reset", undefined],
    ["html", 502],
    ["html", 200],
    ["status", 429],
    [undefined, 200],
  ]);
});

test("a request that hangs is never answered, one that is delayed is answered later", async () => {
  await network.faults.add({ unit: "cu", kind: "result", fault: "hang" });
  const url = `${network.cu}/result/${counting}?process-id=${counting}`;
  const hanging = fetch(url, { signal: AbortSignal.timeout(200) });
  await expect(hanging).rejects.toThrow("due to timeout");
  await network.faults.add({ unit: "cu", kind: "result", fault: "delay", delayMs: 150 });
  const started = performance.now();
  expect((await fetch(url)).status).toBe(200);
  expect(performance.now() - started).toBeGreaterThan(140);
});

test("a lost response is of an item that was assigned; the same bytes again are known", async () => {
  await network.faults.add({ unit: "mu", kind: "item", fault: "lost-response" });
  await expect(client.send(counting, { Action: "Eval" }, "Count = Count + 1")).rejects.toThrow(
    "Error while communicating with MU",
  );
  const [lost] = await network.log.writes();
  expect(lost).toMatchObject({ order: 1, unit: "mu", kind: "item", fault: "lost-response" });
  const found = await fetch(`${network.su}/${lost?.item}?process-id=${counting}`);
  expect(found.status).toBe(200);
  const again = await fetch(network.mu, {
    method: "POST",
    body: Buffer.from(client.lastItem()),
  });
  expect([again.status, await again.json()]).toEqual([400, { error: "Message already exists" }]);
});

test("a ghost is accepted and never assigned; sent again it is assigned", async () => {
  await network.conditions.set({ acceptNoAssign: 1 });
  const ghost = await client.spawn();
  expect((await fetch(`${network.su}/processes/${ghost}`)).status).toBe(404);
  const again = await fetch(network.mu, { method: "POST", body: Buffer.from(client.lastItem()) });
  expect(again.status).toBe(202);
  expect((await fetch(`${network.su}/processes/${ghost}`)).status).toBe(200);
});

test("a busy compute unit says that the evaluation is in progress, and answers later", async () => {
  await network.conditions.set({ busyMs: 60_000 });
  const busy = await fetch(`${network.cu}/result/${counting}?process-id=${counting}`);
  const said = { message: `Evaluation of process "${counting}" to "${counting}" is in progress.` };
  expect([busy.status, await busy.json()]).toEqual([202, said]);
  await network.conditions.set({ busyMs: 0, busyThresholdMs: 50, evalDelayMs: 200 });
  const message = await client.send(counting, { Action: "Eval" }, "return 'slow'");
  const ask = async () => {
    const response = await fetch(`${network.cu}/result/${message}?process-id=${counting}`);
    return [response.status, await response.json()];
  };
  expect((await ask())[0]).toBe(202);
  const result = { Output: { data: "slow" } };
  await expect.poll(ask, { timeout: 10_000 }).toMatchObject([200, result]);
});

test("the gateway may learn of an item later", async () => {
  await network.conditions.set({ indexDelayMs: 60_000 });
  const young = await client.spawn();
  expect((await fetch(`${network.gateway}/${young}`)).status).toBe(404);
  const query = `{ transaction(id: "${young}") { id } }`;
  const body = JSON.stringify({ query });
  const search = await fetch(`${network.gateway}/graphql`, { method: "POST", body });
  expect(await search.json()).toEqual({ data: { transaction: null } });
  await network.conditions.set({ indexDelayMs: 0 });
  expect((await fetch(`${network.gateway}/${young}`)).status).toBe(200);
});

test("dry-runs may be answered from a cache by their body, and limited where they are not", async () => {
  await network.conditions.set({ staleDryRunMs: 60_000, dryRunsPerMinute: 2 });
  const info = await fetch(`${network.su}/processes/${counting}`);
  const { owner } = z.object({ owner: z.object({ address: z.string() }) }).parse(await info.json());
  const read = (data: string) =>
    client.dryRun(counting, { Action: "Eval" }, { owner: owner.address, data });
  const before = (await read("return 'count ' .. Count")).Output?.data;
  await client.ask(counting, { Action: "Eval" }, "Count = Count + 10");
  expect((await read("return 'count ' .. Count")).Output?.data).toBe(before);
  const fresh = (await read("return 'count ' .. Count -- nonce")).Output?.data;
  expect(fresh).not.toBe(before);
  expect(await read("return Count -- another")).toMatchObject({ error: "Rate limit exceeded" });
});

test("large items, read-only processes and processes off the list are refused", async () => {
  await network.conditions.set({ itemLimitBytes: 5_000 });
  const large = client.send(counting, { Action: "Eval" }, "-- ".padEnd(6_000, "x"));
  await expect(large).rejects.toThrow("413");
  await network.conditions.set({ itemLimitBytes: 0, readOnly: [counting] });
  await expect(client.send(counting, { Action: "Eval" })).rejects.toThrow("Process is read-only");
  await network.conditions.set({ readOnly: [], allowed: ["another"] });
  const refused = await latest();
  const error = `Access denied: ${counting}`;
  expect([refused.status, await refused.json()]).toEqual([403, { error }]);
  await expect(client.send(counting, { Action: "Eval" })).rejects.toThrow("Access denied");
  await network.conditions.set({ allowed: null });
  expect((await latest()).status).toBe(200);
});

test("the node is disturbed like the other units, and gives a repeated item another slot", async () => {
  const mainnet = await connectToNode(network);
  await network.faults.add({ unit: "node", kind: "spawn", fault: "status", status: 500 });
  await expect(mainnet.spawn()).rejects.toThrow("Error spawning process");
  const process = await mainnet.spawn();
  await client.send(process, { Action: "Eval" }, "N = (N or 0) + 1; return N");
  const push = async () => {
    const response = await fetch(`${network.url}/${process}~process@1.0/push`, {
      method: "POST",
      headers: { "codec-device": "ans104@1.0" },
      body: Buffer.from(client.lastItem()),
    });
    return response.json();
  };
  expect(await push()).toMatchObject({ slot: 2, raw: { Output: {} } });
  expect(await push()).toMatchObject({ slot: 3, raw: { Output: {} } });
  const evaluation = await mainnet.send(process, { Action: "Eval" }, "return 'n ' .. N");
  expect((await mainnet.result(process, evaluation)).Output?.data).toContain("n 1");
  expect((await mainnet.result(process, 1)).Output?.data).toBe("1");
});

test("the log shows that nothing was written", async () => {
  await client.dryRun(counting, { Action: "Info" });
  expect(await network.log.writes()).toEqual([]);
  expect(await network.log.entries()).toEqual([
    expect.objectContaining({
      order: 1,
      unit: "cu",
      method: "POST",
      path: `/dry-run?process-id=${counting}`,
      kind: "dry-run",
      status: 200,
    }),
  ]);
  expect((await network.log.counts())["cu"]).toEqual({ "dry-run": 1 });
});

test("what is no fault or condition is refused with the place, and changes nothing", async () => {
  const tell = async (at: string, body: string) => {
    const response = await fetch(`${network.mu}/${at}`, { method: "POST", body });
    return [response.status, JSON.stringify(await response.json())];
  };
  const [first, unknown] = await tell("faults", '[{"unit":"cu","kind":"item","fault":"reset"}]');
  expect(first).toBe(400);
  expect(unknown).toContain("cu has result, dry-run, state");
  expect(await tell("faults", "{")).toEqual([400, expect.stringContaining("Invalid body")]);
  expect(await tell("conditions", '{"busy":1}')).toEqual([400, expect.stringContaining("busy")]);
  expect(await tell("conditions", '{"busyMs":-1}')).toEqual([
    400,
    expect.stringContaining("busyMs"),
  ]);
  expect(await network.faults.waiting()).toEqual([]);
});
