import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { connectTo } from "./rig.ts";
import type { Client } from "./rig.ts";
import { startNetwork } from "./start.ts";
import type { RunningNetwork } from "./start.ts";
import { openTemporaryFolder } from "./temporary-folder.ts";

const counter = `
Count = Count or 0
Handlers.add("Add", "Add", function(message)
  Count = Count + tonumber(message.Tags.By)
  message.reply({ Action = "Added", Data = tostring(Count) })
end)
Handlers.add("Read", "Read", function(message)
  message.reply({ Action = "Count", Data = tostring(Count) })
end)
return "counter is loaded"
`;

const read = { Action: "Read" };
const evaluate = { Action: "Eval" };

const Counts = z.record(z.string(), z.record(z.string(), z.number()));

async function getJson(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}

async function post(
  url: string,
  body: Uint8Array | string,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, { method: "POST", body: Buffer.from(body) });
  return { status: response.status, body: await response.json() };
}

async function spawnCounter(client: Client): Promise<string> {
  const process = await client.spawn();
  const loaded = await client.ask(process, evaluate, counter);
  expect(loaded.Output?.data).toBe("counter is loaded");
  return process;
}

async function countIn(client: Client, process: string): Promise<string | undefined> {
  return (await client.dryRun(process, read)).Messages[0]?.Data;
}

describe("a running network", () => {
  let folder: Awaited<ReturnType<typeof openTemporaryFolder>>;
  let network: RunningNetwork;
  let client: Client;

  beforeAll(async () => {
    folder = await openTemporaryFolder();
    network = await startNetwork(path.join(folder.path, "state"), { evaluationTimeoutMs: 5_000 });
    client = await connectTo(network);
  });

  afterAll(async () => {
    await network.stop();
    await folder[Symbol.asyncDispose]();
  });

  test("a spawned process runs an Eval, handles messages and answers dry-runs", async () => {
    const process = await spawnCounter(client);
    const added = await client.ask(process, { Action: "Add", By: "2" });
    expect(added.Messages[0]?.Data).toBe("2");
    expect(await countIn(client, process)).toBe("2");
  });

  test("a dry-run leaves no trace", async () => {
    const process = await spawnCounter(client);
    const dry = await client.dryRun(process, { Action: "Add", By: "5" });
    expect(dry.Messages[0]?.Data).toBe("5");
    expect(await countIn(client, process)).toBe("0");
  });

  test("an unsigned dry-run that names the owner may Eval; one that does not may not", async () => {
    const process = await spawnCounter(client);
    const about = z
      .object({ owner: z.object({ address: z.string() }) })
      .parse(await getJson(`${network.su}/processes/${process}`));
    const data = "return Count + 40";
    const owned = await client.dryRun(process, evaluate, { owner: about.owner.address, data });
    expect(owned.Output?.data).toBe("40");
    const foreign = await client.dryRun(process, evaluate, { data });
    expect(foreign.Output?.data).toContain("New Message From");
  });

  test("a failing Eval reports its error and drops what it changed", async () => {
    const process = await spawnCounter(client);
    const failed = await client.ask(process, evaluate, "Count = 7; error('boo')");
    expect(failed.Error).toContain("boo");
    expect(await countIn(client, process)).toBe("0");
    const syntax = await client.ask(process, evaluate, "Count = = 1");
    expect(syntax.Error).toContain("unexpected symbol");
  });

  test("an Eval by another wallet is not run", async () => {
    const process = await spawnCounter(client);
    const stranger = await connectTo(network, (await network.wallets.open("stranger")).file);
    const answer = await stranger.ask(process, evaluate, "Count = 99");
    expect(answer.Error).toBeUndefined();
    expect(answer.Output?.data).toContain("New Message From");
    expect(await countIn(client, process)).toBe("0");
  });

  test("a message that claims to come from another process is not trusted", async () => {
    const process = await spawnCounter(client);
    const sender = await client.spawn();
    const answer = await client.ask(process, { Action: "Add", By: "1", "From-Process": sender });
    expect(answer.Output?.data).toContain("Message is not trusted!");
    expect(await countIn(client, process)).toBe("0");
  });

  test("a message of one process to another arrives by the authority and is trusted", async () => {
    const process = await spawnCounter(client);
    const sender = await client.spawn();
    await client.ask(sender, evaluate, `Send({ Target = "${process}", Action = "Add", By = "3" })`);
    await expect.poll(() => countIn(client, process), { timeout: 10_000 }).toBe("3");
  });

  test("the same item is accepted once", async () => {
    const process = await spawnCounter(client);
    await client.ask(process, { Action: "Add", By: "1" });
    const again = await post(network.mu, client.lastItem());
    expect(again).toEqual({ status: 400, body: { error: "Message already exists" } });
    expect(await countIn(client, process)).toBe("1");
  });

  test("an item with one changed byte is refused", async () => {
    const process = await client.spawn();
    await client.send(process, { Action: "Add", By: "1" }, "text");
    const item = Uint8Array.from(client.lastItem());
    item[item.byteLength - 1] = (item.at(-1) ?? 0) ^ 1;
    const answer = await post(network.mu, item);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toContain("Invalid signature");
  });

  test("an evaluation that does not end is given up and drops what it changed", async () => {
    const process = await spawnCounter(client);
    const endless = await client.ask(process, evaluate, "Count = 1; while true do end");
    expect(endless.Error).toBe("The evaluation was given up at the time limit");
    expect(await countIn(client, process)).toBe("0");
  });

  test("a spawn of an unknown module is refused by aoconnect's own look at the gateway", async () => {
    const unknown = { ...network, module: network.scheduler };
    await expect((await connectTo(unknown)).spawn()).rejects.toThrow(
      "Invalid Return 'undefined': Required.",
    );
  });

  test("units refuse with a status and a JSON error", async () => {
    const process = await client.spawn();
    expect(await post(network.mu, "no item")).toMatchObject({ status: 400 });
    const broken = await post(`${network.cu}/dry-run?process-id=${process}`, "{");
    expect(broken.status).toBe(400);
    expect(JSON.stringify(broken.body)).toContain("Invalid body");
    const missing = await fetch(`${network.cu}/result/none?process-id=none`);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toEqual({ error: "Process not found: none" });
    const large = await fetch(network.mu, { method: "POST", body: Buffer.alloc(17 << 20) });
    expect(large.status).toBe(413);
  });

  test("the scheduler tells assignments by nonce, with a hash chain", async () => {
    const process = await client.spawn();
    const first = await client.send(process, { Action: "First" });
    const second = await client.send(process, { Action: "Second" });
    const Assigned = z.object({
      message: z.object({ id: z.string() }),
      assignment: z.object({ tags: z.array(z.object({ name: z.string(), value: z.string() })) }),
    });
    const tell = async (url: string) => {
      const { message, assignment } = Assigned.parse(await getJson(url));
      return [message.id, assignment.tags.find(({ name }) => name === "Nonce")?.value];
    };
    expect(await tell(`${network.su}/${first}?process-id=${process}`)).toEqual([first, "1"]);
    expect(await tell(`${network.su}/${process}/latest`)).toEqual([second, "2"]);

    const Page = z.object({
      page_info: z.object({ has_next_page: z.boolean() }),
      edges: z.array(z.object({ node: Assigned, cursor: z.string() })),
    });
    const list = async (query: string) => {
      const { page_info, edges } = Page.parse(await getJson(`${network.su}/${process}?${query}`));
      const more = page_info.has_next_page;
      return { ids: edges.map(({ node }) => node.message.id), more, end: edges.at(-1)?.cursor };
    };
    const page = await list("limit=2");
    expect(page).toMatchObject({ ids: [process, first], more: true });
    expect(await list(`from=${page.end}`)).toMatchObject({ ids: [second], more: false });
    const byNonce = await list("from-nonce=0&to-nonce=1");
    expect(byNonce).toEqual({ ids: [first], more: false, end: "1" });
    expect((await fetch(`${network.su}/${process}?limit=x`)).status).toBe(400);
  });

  test("a process with tags of cron is monitored when it is asked for, one that is unknown is not", async () => {
    const process = await client.spawn({ "Cron-Interval": "5-minutes", "Cron-Tag-Action": "Cron" });
    await client.monitor(process);
    await expect(client.monitor(network.module)).rejects.toThrow("404");
  });

  test("a process whose tag On-Boot is Data evaluates its data at its spawn", async () => {
    const process = await client.spawn({ "On-Boot": "Data" }, "Booted = 41; return 'booted'");
    expect((await client.result(process, process)).Output?.data).toContain("booted");
    const later = await client.ask(process, evaluate, "return Booted + 1");
    expect(later.Output?.data).toBe("42");
  });

  test("the compute unit serves the whole memory of a process", async () => {
    const process = await spawnCounter(client);
    const marker = `marker-${process}`;
    await client.ask(process, evaluate, `Marker = "${marker}"`);
    const response = await fetch(`${network.cu}/state/${process}`);
    expect(response.headers.get("content-encoding")).toBe("gzip");
    const memory = Buffer.from(await response.arrayBuffer());
    expect(memory.byteLength % 65_536).toBe(0);
    expect(memory.includes(marker)).toBe(true);
    expect((await fetch(`${network.cu}/state/none`)).status).toBe(404);
  });

  test("the gateway finds transactions by tag and owner, newest first", async () => {
    const process = await client.spawn({ Purpose: "search" });
    const newer = await client.spawn({ Purpose: "search" });
    const search = async (query: string) =>
      (await post(`${network.gateway}/graphql`, JSON.stringify({ query }))).body;
    const tags = `tags: [{ name: "Purpose", values: ["search"] }]`;
    expect(await search(`{ transactions(${tags}) { edges { node { id } } } }`)).toEqual({
      data: { transactions: { edges: [{ node: { id: newer } }, { node: { id: process } }] } },
    });
    const oldest = `transactions(${tags}, first: 1, sort: HEIGHT_ASC) { edges { node { id } } }`;
    expect(await search(`{ ${oldest} }`)).toEqual({
      data: { transactions: { edges: [{ node: { id: process } }] } },
    });
    const none = `transactions(owners: ["${network.scheduler}"], ${tags}) { edges { node { id } } }`;
    expect(await search(`{ ${none} }`)).toEqual({ data: { transactions: { edges: [] } } });
  });

  test("the log counts requests, so that a read can be shown to have written nothing", async () => {
    const process = await spawnCounter(client);
    await fetch(`${network.mu}/log/reset`, { method: "POST" });
    await countIn(client, process);
    expect(Counts.parse(await getJson(`${network.mu}/log`))).toEqual({
      mu: {},
      su: {},
      cu: { "dry-run": 1 },
      gateway: {},
      node: {},
    });
    await client.spawn();
    expect(Counts.parse(await getJson(`${network.mu}/log`))).toEqual({
      mu: { item: 1 },
      su: {},
      cu: { "dry-run": 1 },
      gateway: { graphql: 1 },
      node: {},
    });
  });
});

describe("the state of a network", () => {
  test("is saved by name and come back to, at the same addresses", async () => {
    await using folder = await openTemporaryFolder();
    await using network = await startNetwork(folder.path);
    const client = await connectTo(network);
    const process = await spawnCounter(client);
    await network.snapshots.take("counting");
    const added = await client.send(process, { Action: "Add", By: "2" });
    expect(await countIn(client, process)).toBe("2");
    const other = await client.spawn();
    await network.snapshots.restore("counting");
    expect(await countIn(client, process)).toBe("0");
    expect((await fetch(`${network.su}/processes/${other}`)).status).toBe(404);
    expect((await fetch(`${network.su}/${added}?process-id=${process}`)).status).toBe(404);
    expect((await client.ask(process, { Action: "Add", By: "3" })).Messages[0]?.Data).toBe("3");
    await network.snapshots.restore("counting");
    expect(await countIn(client, process)).toBe("0");
    expect(await network.snapshots.names()).toEqual(["counting"]);
    await expect(network.snapshots.restore("none")).rejects.toThrow("404");
    await expect(network.snapshots.take("..%2Fout")).rejects.toThrow("400");
  });

  test("survives a restart, and a start without its snapshots", async () => {
    await using folder = await openTemporaryFolder();
    const state = path.join(folder.path, "state");
    const first = await startNetwork(state);
    const client = await connectTo(first);
    const process = await spawnCounter(client);
    const message = await client.send(process, { Action: "Add", By: "2" });
    const result = await client.result(process, message);
    await first.stop();
    await expect(readFile(path.join(state, "network.json"))).rejects.toThrow("ENOENT");

    const again = async () => {
      await using network = await startNetwork(state);
      const other = await connectTo(network);
      expect(await countIn(other, process)).toBe("2");
      expect(await other.result(process, message)).toEqual(result);
      return network.module;
    };
    expect(await again()).toBe(first.module);
    await rm(path.join(state, "snapshots"), { recursive: true });
    await again();
  });

  test("is empty in another folder", async () => {
    await using folder = await openTemporaryFolder();
    const first = await startNetwork(path.join(folder.path, "one"));
    const process = await (await connectTo(first)).spawn();
    await first.stop();
    await using second = await startNetwork(path.join(folder.path, "two"));
    const answer = await fetch(`${second.su}/processes/${process}`);
    expect(answer.status).toBe(404);
  });

  test("has one owner: a second network attaches and takes over at the same addresses", async () => {
    await using folder = await openTemporaryFolder();
    const owner = await startNetwork(folder.path);
    await using standby = await startNetwork(folder.path);
    expect(standby.pid).not.toBe(owner.pid);
    const { pid: _pid, ...addresses } = JSON.parse(JSON.stringify(owner)) as RunningNetwork;
    expect(standby).toMatchObject(addresses);

    const client = await connectTo(standby);
    const process = await spawnCounter(client);
    await owner.stop();
    await expect
      .poll(() => countIn(client, process).catch(() => undefined), { timeout: 20_000 })
      .toBe("0");
  });

  test("is served again after its owner was killed", async () => {
    await using folder = await openTemporaryFolder();
    const owner = await startNetwork(folder.path);
    const client = await connectTo(owner);
    const counting = await spawnCounter(client);
    process.kill(owner.pid, "SIGKILL");
    await owner.stop();
    await using next = await startNetwork(folder.path);
    expect(await countIn(await connectTo(next), counting)).toBe("0");
  });
});
