import { readFile } from "node:fs/promises";
import * as aoconnect from "@permaweb/aoconnect";
import { z } from "zod";
import type { RunningNetwork } from "./start.ts";

/** What tests read of a result or a dry-run. */
const Answer = z.looseObject({
  Error: z.string().optional(),
  error: z.string().optional(),
  Output: z.looseObject({ data: z.string().optional() }).optional(),
  Messages: z
    .array(z.looseObject({ Target: z.string().optional(), Data: z.string().optional() }))
    .default([]),
});
export type Answer = z.output<typeof Answer>;

/** The part of aoconnect that tests use: its own types lack `fetch` and lose the signer. */
type Aoconnect = {
  readonly createDataItemSigner: (jwk: unknown) => Signer;
  readonly connect: (options: Readonly<Record<string, unknown>>) => {
    readonly [Name in "spawn" | "message" | "result" | "results" | "dryrun" | "monitor"]: (
      request: Readonly<Record<string, unknown>>,
    ) => Promise<unknown>;
  };
};
type Signer = { readonly __brand: "Signer" };

const { connect, createDataItemSigner } = z
  .custom<Aoconnect>((module) => typeof module === "object")
  .parse(aoconnect);

const Request = z.looseObject({ body: z.instanceof(Uint8Array).optional() });

export type Tags = Readonly<Record<string, string>>;

/** The real aoconnect in its legacy mode; keeps the last signed item it sent. */
export type Client = {
  readonly spawn: (tags?: Tags, data?: string) => Promise<string>;
  readonly send: (process: string, tags: Tags, data?: string) => Promise<string>;
  readonly result: (process: string, message: string) => Promise<Answer>;
  /** Sends and reads the result. */
  readonly ask: (process: string, tags: Tags, data?: string) => Promise<Answer>;
  readonly dryRun: (process: string, tags: Tags, options?: DryRunOptions) => Promise<Answer>;
  readonly monitor: (process: string) => Promise<unknown>;
  readonly lastItem: () => Uint8Array;
};

type DryRunOptions = { readonly owner?: string; readonly data?: string };

export async function connectTo(network: RunningNetwork, wallet = network.wallet): Promise<Client> {
  const sent: { item: Uint8Array } = { item: new Uint8Array() };
  const signer = createDataItemSigner(JSON.parse(await readFile(wallet, "utf8")));
  const ao = connect({
    MODE: "legacy",
    MU_URL: network.mu,
    CU_URL: network.cu,
    GATEWAY_URL: network.gateway,
    GRAPHQL_URL: `${network.gateway}/graphql`,
    fetch: (url: string, init: RequestInit) => {
      sent.item = Request.safeParse(init).data?.body ?? sent.item;
      return fetch(url, init);
    },
  });
  const send = async (process: string, tags: Tags, data = "") => {
    const id = await ao.message({ process, signer, data, tags: tagsOf(tags) });
    return z.string().parse(id);
  };
  const result = async (process: string, message: string) =>
    Answer.parse(await ao.result({ process, message }));
  return {
    spawn: async (tags = {}, data = "") => {
      const id = await ao.spawn({
        module: network.module,
        scheduler: network.scheduler,
        signer,
        data,
        tags: tagsOf({ Authority: network.authority, ...tags }),
      });
      return z.string().parse(id);
    },
    send,
    result,
    ask: async (process, tags, data) => result(process, await send(process, tags, data)),
    dryRun: async (process, tags, { owner, data } = {}) =>
      Answer.parse(
        await ao.dryrun({
          process,
          tags: tagsOf(tags),
          ...(owner === undefined ? {} : { Owner: owner }),
          ...(data === undefined ? {} : { data }),
        }),
      ),
    monitor: (process) => ao.monitor({ process, signer }),
    lastItem: () => sent.item,
  };
}

/** The real aoconnect in its mainnet mode. A message is named by its slot. */
export type MainnetClient = {
  readonly spawn: (tags?: Tags) => Promise<string>;
  readonly send: (process: string, tags: Tags, data?: string) => Promise<number>;
  readonly result: (process: string, slot: number) => Promise<Answer>;
  readonly newest: (process: string) => Promise<{ readonly slot: string; readonly result: Answer }>;
  readonly dryRun: (process: string, tags: Tags) => Promise<Answer>;
};

export async function connectToNode({
  url,
  module,
  wallet,
}: Pick<RunningNetwork, "url" | "module" | "wallet">): Promise<MainnetClient> {
  const signer = createDataItemSigner(JSON.parse(await readFile(wallet, "utf8")));
  const ao = connect({ MODE: "mainnet", URL: url, signer });
  return {
    spawn: async (tags = {}) => z.string().parse(await ao.spawn({ module, tags: tagsOf(tags) })),
    send: async (process, tags, data = "") =>
      z.number().parse(await ao.message({ process, tags: tagsOf(tags), data })),
    result: async (process, slot) => Answer.parse(await ao.result({ process, slot })),
    newest: async (process) => {
      const [edge] = Results.parse(await ao.results({ process })).edges;
      return { slot: edge.cursor, result: edge.node };
    },
    dryRun: async (process, tags) => Answer.parse(await ao.dryrun({ process, tags: tagsOf(tags) })),
  };
}

const Results = z.object({
  edges: z.tuple([z.object({ cursor: z.string(), node: Answer })]),
});

function tagsOf(tags: Tags): { name: string; value: string }[] {
  return Object.entries(tags).map(([name, value]) => ({ name, value }));
}
