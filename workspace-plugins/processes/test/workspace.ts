import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { NetworkAddresses } from "@slipway/ao-network";
import { z } from "zod";
import { bundleProcess } from "../src/bundle-process.ts";
import { findLocalNetwork } from "../src/network/local-network.ts";
import type { AoNetwork, Mode } from "../src/network/network.ts";
import { openAoNetwork } from "../src/network/open-network.ts";
import { openWallet } from "../src/network/wallet.ts";
import { EnvironmentRecord } from "../src/record/record.ts";
import type { TaskContext } from "../src/task.ts";

/** A workspace with one project that is deployed to `mode` of a running network. For tests. */
export type Workspace = AsyncDisposable & {
  readonly root: string;
  readonly project: string;
  readonly task: (signal?: AbortSignal) => TaskContext;
  /** Of the project, by their paths in it; bundled afterwards. */
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>;
  /** What is kept of the project between runs. */
  readonly own: (...parts: readonly string[]) => string;
  readonly record: (target: string) => Promise<EnvironmentRecord["processes"]>;
  readonly client: (mode: Mode) => Promise<AoNetwork>;
};

export async function openWorkspace(network: NetworkAddresses): Promise<Workspace> {
  const root = await mkdtemp(path.join(os.tmpdir(), "ao-faults-"));
  const project = `counter-${path.basename(root).slice(-6)}`;
  const folder = path.join(root, ".slipway/ao-network");
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "wallet.json"), await readFile(network.wallet), {
    mode: 0o600,
  });
  const addresses = { ...network, wallet: "wallet.json", pid: process.pid };
  await writeFile(path.join(folder, "network.json"), JSON.stringify(addresses));
  const task = (signal = new AbortController().signal): TaskContext => ({
    workspaceRoot: root,
    projectRoot: project,
    projectName: project,
    signal,
    once: (_question, ask) => ask(),
    counted: () => undefined,
  });
  const own = (...parts: readonly string[]): string =>
    path.join(root, ".slipway/ao", project, ...parts);
  return {
    root,
    project,
    task,
    own,
    write: async (files) => {
      for (const [file, text] of Object.entries(files)) {
        const absolute = path.join(root, project, file);
        await mkdir(path.dirname(absolute), { recursive: true });
        await writeFile(absolute, text);
      }
      const bundled = await bundleProcess(task());
      if (!bundled.ok) throw new Error(JSON.stringify(bundled.failure));
    },
    record: async (target) => {
      const text = await readFile(own(`${target}.json`), "utf8");
      return EnvironmentRecord.parse(JSON.parse(text)).processes;
    },
    client: (mode) => openClient(root, mode),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}

async function openClient(root: string, mode: Mode): Promise<AoNetwork> {
  const found = await findLocalNetwork(root, mode);
  if (!found.ok) throw new Error(found.failure.reason);
  const wallet = await openWallet({ file: found.value.walletFile }, root, {});
  if (!wallet.ok) throw new Error(wallet.failure.reason);
  const { signal } = new AbortController();
  return openAoNetwork(found.value.site, wallet.value, { signal, counted: () => undefined });
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
  gateway: string,
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
