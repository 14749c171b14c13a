import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { DataItem } from "@dha-team/arbundles";
import { connect, createSigner } from "@permaweb/aoconnect";
import type { RunningNetwork } from "@slipway/ao-network";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestNetwork } from "../../test/workspace.ts";
import type { AoNetwork, Mode, Site } from "./network.ts";
import { openAoNetwork } from "./open-network.ts";
import { openWallet } from "./wallet.ts";

/** The peer: what aoconnect sends and reads is what we send and read, in both of its modes. */
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 4096, publicExponent: 0x10001 });
const jwk = privateKey.export({ format: "jwk" });
const id = "A".repeat(43);
const made = { module: id, scheduler: id, authority: id };

type Sent = {
  readonly request: string;
  readonly contentType: string | undefined;
  readonly codec: string | undefined;
  readonly target?: string;
  readonly tags?: readonly string[];
};

/** Answers as each unit would, and keeps what it was sent. */
async function openWire() {
  const sent: Sent[] = [];
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      sent.push(sentOf(request, await readBody(request)));
      const isSearch = request.url?.includes("graphql") === true;
      response.setHeader("process", id).setHeader("content-type", "application/json");
      response.end(JSON.stringify({ id, ...(isSearch ? moduleAnswer : { slot: 3, raw: {} }) }));
    };
    // Whoever asked waits for it.
    void answer();
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    taken: () => sent.splice(0),
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

const moduleTags = [
  "Data-Protocol=ao",
  "Type=Module",
  "Module-Format=w",
  "Input-Encoding=j",
  "Output-Encoding=j",
];
const moduleNode = {
  id,
  tags: moduleTags.map((text) => ({ name: text.split("=")[0], value: text.split("=")[1] })),
};
const moduleAnswer = { data: { transactions: { edges: [{ node: moduleNode }] } } };

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

function sentOf(request: IncomingMessage, body: Buffer): Sent {
  const header = (name: string) => request.headers[name]?.toString();
  const said = {
    request: `${request.method} ${request.url?.replace(/&Verify-Nonce=[^&]*/, "")}`,
    contentType: header("content-type"),
    codec: header("codec-device"),
  };
  if (body.length < 1000) return said;
  const item = new DataItem(body);
  // Ours say who signed by the key, and when by the scheduler.
  const tags = item.tags
    .map(({ name, value }) => `${name}=${value}`)
    .filter((tag) => !/^(?:SDK|Timestamp)=/.test(tag));
  return { ...said, target: item.target, tags: tags.toSorted() };
}

async function ours(site: Site, key: unknown): Promise<AoNetwork> {
  const wallet = await openWallet({ env: "KEY" }, "/", { KEY: JSON.stringify(key) });
  if (!wallet.ok) throw new Error(wallet.failure.reason);
  const { signal } = new AbortController();
  return openAoNetwork(site, wallet.value, { signal, counted: () => undefined });
}

function siteAt(
  mode: Mode,
  at: Readonly<Record<"mu" | "su" | "cu" | "gateway" | "url", string>>,
): Site {
  const { mu, su, cu, gateway, url } = at;
  return mode === "legacy" ? { mode, mu, su, cu, gateway } : { mode, url, gateway };
}

/** The library declares its signer as `any`, and one client for both modes by its options. */
type Peer = {
  readonly spawn: (spawn: object) => Promise<unknown>;
  readonly message: (message: object) => Promise<unknown>;
  readonly result: (asked: object) => Promise<{ readonly Output: unknown }>;
  readonly dryrun: (
    asked: object,
  ) => Promise<{ readonly Messages: readonly { readonly Data: string }[] }>;
};
const makeSigner = createSigner as (wallet: unknown) => unknown;
const connected = connect as unknown as (options: object) => Peer;

function theirs(
  mode: Mode,
  at: Readonly<Record<"mu" | "cu" | "gateway" | "url", string>>,
  scheduler: string,
): { readonly client: Peer; readonly signer: unknown } {
  const signer = makeSigner(jwk);
  const { mu, cu, gateway, url } = at;
  const units = { MU_URL: mu, CU_URL: cu, GATEWAY_URL: gateway, GRAPHQL_URL: `${gateway}/graphql` };
  const node = { URL: url, SCHEDULER: scheduler, signer };
  return { client: connected({ MODE: mode, ...(mode === "legacy" ? units : node) }), signer };
}

const modes = ["legacy", "mainnet"] as const;

test.each(modes)(
  "%s: spawns and messages are the requests and tags that aoconnect sends",
  async (mode) => {
    await using wire = await openWire();
    const { url } = wire;
    const at = { mu: url, su: url, cu: url, gateway: url, url };
    const { client, signer } = theirs(mode, at, id);
    const own = await ours(siteAt(mode, at), jwk);
    const named = [{ name: "Name", value: "n" }];
    const spawning = { module: id, scheduler: id, authority: id, signer };
    const authority = mode === "legacy" ? [{ name: "Authority", value: id }] : [];
    await client.spawn({ ...spawning, tags: [...named, ...authority] });
    const item = await own.signSpawn(made, { tags: named, data: "" });
    if (!item.ok) throw new Error(item.failure.reason);
    const theirSpawn = wire.taken().filter(({ request }) => !request.includes("graphql"));
    await own.post(item.value.id, item.value);
    expect(wire.taken()).toEqual(theirSpawn);

    const tags = [{ name: "Action", value: "Eval" }];
    await client.message({ process: id, data: "return 1", tags, signer });
    const theirMessage = wire.taken();
    const message = await own.signMessage(id, { tags, data: "return 1" });
    if (!message.ok) throw new Error(message.failure.reason);
    await own.post(id, message.value);
    expect(wire.taken()).toEqual(theirMessage);
  },
);

test.each(modes)(
  "%s: results and dry-runs are asked for where aoconnect asks for them",
  async (mode) => {
    await using wire = await openWire();
    const { url } = wire;
    const at = { mu: url, su: url, cu: url, gateway: url, url };
    const { client } = theirs(mode, at, id);
    const own = await ours(siteAt(mode, at), jwk);
    const tags = [{ name: "Action", value: "Info" }];
    const place = mode === "legacy" ? id : "3";
    await client.result({ process: id, message: place });
    await client.dryrun({ process: id, tags });
    // A node answers both methods; ours has nothing to sign when it only reads.
    const paths = (sent: readonly Sent[]) => sent.map(({ request }) => request.split(" ")[1]);
    const asked = paths(wire.taken());
    await own.result(id, place);
    await own.dryRun(id, { tags });
    expect(paths(wire.taken())).toEqual(asked);
  },
);

let network: RunningNetwork;
beforeAll(async () => {
  network = await openTestNetwork();
});
afterAll(() => network[Symbol.asyncDispose]());

test.each(modes)("%s: aoconnect reads from the real aos what we wrote", async (mode) => {
  const own = await ours(siteAt(mode, network), jwk);
  const spawned = await own.signSpawn(network, { tags: [{ name: "Name", value: "n" }], data: "" });
  if (!spawned.ok) throw new Error(spawned.failure.reason);
  const { id: process } = spawned.value;
  await own.post(process, spawned.value);
  const tags = [{ name: "Action", value: "Eval" }];
  const code =
    'Handlers.add("Info", function(m) return m.Action == "Info" end, function(m) m.reply({ Data = "hello" }) end) return "done"';
  const message = await own.signMessage(process, { tags, data: code });
  if (!message.ok) throw new Error(message.failure.reason);
  const posted = await own.post(process, message.value);
  if (!posted.ok) throw new Error(posted.failure.reason);
  const { client } = theirs(mode, network, network.scheduler);
  const result = await client.result({ process, message: posted.value ?? message.value.id });
  expect(JSON.stringify(result.Output)).toContain("done");
  const info = await client.dryrun({ process, tags: [{ name: "Action", value: "Info" }] });
  expect(info.Messages[0]?.Data).toBe("hello");
});
