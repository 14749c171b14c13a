import { z } from "zod";
import { Conditions } from "./conditions.ts";
import type { ConditionsOptions } from "./conditions.ts";
import { Fault } from "./fault.ts";
import type { FaultOptions } from "./fault.ts";
import { LogEntry } from "./request-log.ts";
import type { RequestCounts } from "./request-log.ts";
import { isWrite, units } from "./unit.ts";

/** What a test does to a running network, and asks of it, besides using it. */
export type NetworkControl = {
  readonly faults: {
    /** For the next requests of the kinds; those added first win. */
    readonly add: (...faults: readonly FaultOptions[]) => Promise<void>;
    /** Those that are still to come. */
    readonly waiting: () => Promise<readonly Fault[]>;
    /** No fault waits any more, and the conditions are as at the start. */
    readonly clear: () => Promise<void>;
  };
  readonly conditions: {
    /** What is not named stays. */
    readonly set: (change: ConditionsOptions) => Promise<Conditions>;
    readonly now: () => Promise<Conditions>;
  };
  readonly log: {
    readonly counts: () => Promise<RequestCounts>;
    readonly entries: () => Promise<readonly LogEntry[]>;
    /** The entries of requests that brought an item. */
    readonly writes: () => Promise<readonly LogEntry[]>;
    readonly reset: () => Promise<void>;
  };
  readonly wallets: {
    /** The wallet of that name, always the same one; the first time on a machine it takes a second or two. */
    readonly open: (name: string) => Promise<NetworkWallet>;
    readonly names: () => Promise<readonly string[]>;
  };
  /** Whole states to come back to: every process, every message. Wallets, faults, conditions and the log stay. */
  readonly snapshots: {
    /** One of the same name is replaced. */
    readonly take: (name: string) => Promise<void>;
    readonly restore: (name: string) => Promise<void>;
    readonly names: () => Promise<readonly string[]>;
  };
};

/** Its address, and the path of its key, an Arweave wallet. */
type NetworkWallet = { readonly name: string; readonly address: string; readonly file: string };

const Disturbances = z.object({ faults: z.array(Fault), conditions: Conditions });
const Counts = z.record(z.enum(units), z.record(z.string(), z.number()));
const Wallet = z.object({ name: z.string(), address: z.string(), file: z.string() });
const Names = z.array(z.string());
const Entries = z.object({ entries: z.array(LogEntry) });

/** Controls the network whose messenger unit is at this URL. */
export function controlNetwork(mu: string): NetworkControl {
  const ask = (path: string) => answerOf(fetch(`${mu}/${path}`));
  const tell = (path: string, body: unknown = null) =>
    answerOf(fetch(`${mu}/${path}`, { method: "POST", body: JSON.stringify(body) }));
  const entries = async () => Entries.parse(await ask("log/entries")).entries;
  return {
    faults: {
      add: async (...faults) => void (await tell("faults", faults)),
      waiting: async () => Disturbances.parse(await ask("faults")).faults,
      clear: async () => void (await tell("faults/clear")),
    },
    conditions: {
      set: async (change) => Disturbances.parse(await tell("conditions", change)).conditions,
      now: async () => Disturbances.parse(await ask("faults")).conditions,
    },
    log: {
      counts: async () => Counts.parse(await ask("log")),
      entries,
      writes: async () => (await entries()).filter(({ unit, kind }) => isWrite(unit, kind)),
      reset: async () => void (await tell("log/reset")),
    },
    wallets: {
      open: async (name) => Wallet.parse(await tell(`wallets/${name}`)),
      names: async () => Names.parse(await ask("wallets")),
    },
    snapshots: {
      take: async (name) => void (await tell(`snapshot/${name}`)),
      restore: async (name) => void (await tell(`restore/${name}`)),
      names: async () => Names.parse(await ask("snapshots")),
    },
  };
}

async function answerOf(asked: Promise<Response>): Promise<unknown> {
  const response = await asked;
  const text = await response.text();
  if (!response.ok) throw new Error(`the network refused: ${response.status} ${text}`);
  return JSON.parse(text);
}
