import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { startNetwork } from "@slipway/ao-network";
import type { NetworkAddresses, RunningNetwork } from "@slipway/ao-network";
import { z } from "zod";
import { bundleProcess } from "../src/bundle/bundle-process.ts";
import { findLocalNetwork } from "../src/network/local-network.ts";
import type { AoNetwork, Mode } from "../src/network/network.ts";
import { openAoNetwork } from "../src/network/open-network.ts";
import { openWallet } from "../src/network/wallet.ts";
import { EnvironmentRecord } from "../src/record/record.ts";
import { taskOf } from "./task.ts";

/** A workspace with one project, and a network that it may share with others. For tests. */
export type Workspace = AsyncDisposable & {
  readonly root: string;
  readonly project: string;
  /** Of the project. */
  readonly task: (signal?: AbortSignal) => ReturnType<typeof taskOf>;
  /** Below the workspace. */
  readonly path: (...parts: readonly string[]) => string;
  /** What is kept of the project between runs. */
  readonly own: (...parts: readonly string[]) => string;
  /** Says here that a network is there. */
  readonly join: (network: NetworkAddresses) => Promise<void>;
  /** Files of the project, by their paths in it. */
  readonly put: (files: Readonly<Record<string, string>>) => Promise<void>;
  /** The same, bundled afterwards. */
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>;
  /** The same, for a file that is there. */
  readonly edit: (file: string, change: (text: string) => string) => Promise<void>;
  /** Of a target on the local network. */
  readonly record: (deployTarget: string) => Promise<EnvironmentRecord["processes"]>;
  /** Asks the network as the owner of what is deployed from here. */
  readonly client: (mode: Mode) => Promise<AoNetwork>;
};

/** In a folder that is there. */
export async function openWorkspace(
  network: NetworkAddresses,
  folder = os.tmpdir(),
): Promise<Workspace> {
  const root = await mkdtemp(path.join(folder, "ao-workspace-"));
  const project = `p-${path.basename(root).slice(-6)}`;
  const inRoot = (...parts: readonly string[]): string => path.join(root, ...parts);
  const own = (...parts: readonly string[]): string => inRoot(".slipway/ao", project, ...parts);
  const task = (signal = new AbortController().signal) => taskOf(root, project, { signal });
  const networkFolder = inRoot(".slipway/ao-network");
  const join = async (joined: NetworkAddresses): Promise<void> => {
    const addresses = { ...joined, wallet: "wallet.json", pid: process.pid };
    await writeFile(path.join(networkFolder, "network.json"), JSON.stringify(addresses));
  };
  const put: Workspace["put"] = async (files) => {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(inRoot(project, file)), { recursive: true });
      await writeFile(inRoot(project, file), text);
    }
  };
  const write: Workspace["write"] = async (files) => {
    await put(files);
    const bundled = await bundleProcess(task());
    if (!bundled.ok) throw new Error(JSON.stringify(bundled.failure));
  };
  await mkdir(networkFolder, { recursive: true });
  const wallet = await readFile(network.wallet);
  await writeFile(path.join(networkFolder, "wallet.json"), wallet, { mode: 0o600 });
  await join(network);
  return {
    root,
    project,
    task,
    path: inRoot,
    own,
    join,
    put,
    write,
    edit: async (file, change) =>
      write({ [file]: change(await readFile(inRoot(project, file), "utf8")) }),
    record: async (deployTarget) => {
      const text = await readFile(own(`${deployTarget}.json`), "utf8");
      return EnvironmentRecord.parse(JSON.parse(text)).processes;
    },
    client: (mode) => openClient(root, mode),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}

/** A network of its own, which ends with its state. */
export async function openTestNetwork(): Promise<RunningNetwork> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "ao-network-"));
  const network = await startNetwork(folder);
  return {
    ...network,
    [Symbol.asyncDispose]: async () => {
      await network.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Asks the local network of a workspace with its wallet. */
export async function openClient(root: string, mode: Mode): Promise<AoNetwork> {
  const found = await findLocalNetwork(root, mode);
  if (!found.ok) throw new Error(found.failure.reason);
  const wallet = await openWallet({ file: found.value.walletFile }, root, {});
  if (!wallet.ok) throw new Error(wallet.failure.reason);
  const { signal } = new AbortController();
  return openAoNetwork(found.value.site, wallet.value, { signal, counted: () => undefined });
}

/** Sends a message of the owner and waits for its evaluation; answers with its id. */
export async function send(
  client: AoNetwork,
  process: string,
  tags: Readonly<Record<string, string>>,
  data = "",
): Promise<string> {
  const named = Object.entries(tags).map(([name, value]) => ({ name, value }));
  const item = await client.signMessage(process, { tags: named, data });
  if (!item.ok) throw new Error(item.failure.reason);
  const place = await client.post(process, item.value);
  if (!place.ok) throw new Error(place.failure.reason);
  await client.result(process, place.value ?? item.value.id);
  return item.value.id;
}

/** The data of the first reply to an action, as JSON where it is; `undefined`: no handler answered. */
export async function ask(client: AoNetwork, process: string, action: string): Promise<unknown> {
  const answer = await client.dryRun(process, { tags: [{ name: "Action", value: action }] });
  const text = answer.ok ? answer.value.replies[0]?.data : undefined;
  return text?.startsWith("{") === true ? JSON.parse(text) : text;
}

const Found = z.object({
  data: z.object({
    transactions: z.object({
      edges: z.array(
        z.object({
          node: z.object({
            id: z.string(),
            tags: z.array(z.object({ name: z.string(), value: z.string() })),
          }),
        }),
      ),
    }),
  }),
});

export type NetworkProcess = {
  readonly id: string;
  readonly name: string;
  readonly spawnDigest: string;
};

/** All processes of a project, as the gateway itself lists them. */
export async function processesOf(
  { gateway }: Pick<NetworkAddresses, "gateway">,
  project: string,
): Promise<readonly NetworkProcess[]> {
  const query = `{ transactions(first: 100, tags: [
    { name: "Type", values: ["Process"] }, { name: "Deploy-Project", values: ["${project}"] }
  ]) { edges { node { id tags { name value } } } } }`;
  const answer = await fetch(`${gateway}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  const found = Found.parse(await answer.json());
  return found.data.transactions.edges.map(({ node: { id, tags } }) => {
    const tag = (name: string) => tags.find((each) => each.name === name)?.value ?? "";
    return { id, name: tag("Deploy-Process"), spawnDigest: tag("Deploy-Spec") };
  });
}
