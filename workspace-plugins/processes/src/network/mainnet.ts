import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { z } from "zod";
import type { UnitFailure } from "../failure.ts";
import { EvaluationAnswer } from "./evaluation.ts";
import { itemBytes } from "./item.ts";
import type { ItemContent } from "./item.ts";
import { liveIn, liveKey } from "./live-text.ts";
import { firstSlotOf, slotsSince } from "./node-slots.ts";
import type { AoNetwork, Gateway, MadeFrom, Message, Site } from "./network.ts";
import type { Wallet } from "./signer.ts";
import { withoutSlash } from "./site.ts";
import type { Tag } from "./tag.ts";
import { isAbsent, readShaped } from "./units.ts";
import type { Question, Units } from "./units.ts";

type MainnetSite = Extract<Site, { readonly mode: "mainnet" }>;
type Client = Omit<AoNetwork, keyof Gateway>;

const Pushed = z.looseObject({ slot: z.union([z.int(), z.string()]) });
const Computed = z.looseObject({ raw: EvaluationAnswer }).transform(({ raw }) => raw);

/** Of a signed item, as aoconnect's mainnet mode sends it: without the second a node reads another codec. */
const itemHeaders = { "content-type": "application/ans104", "codec-device": "ans104@1.0" };

/** To a node every header is a key of the message. */
const readHeaders = { "require-codec": "application/json", "accept-bundle": "true" };

/** A HyperBEAM node, asked as aoconnect's mainnet mode asks it. */
export function mainnetClient(site: MainnetSite, wallet: Wallet, units: Units): Client {
  const node = withoutSlash(site.url);
  const at = (process: string): string => `${node}/${process}~process@1.0`;
  const ask = (question: Omit<Question, "unit">) => units.ask({ ...question, unit: "node" });

  /** The slot of the newest message; a process that is not there has none. */
  const newestSlot = async (process: string): Promise<Result<number | undefined, UnitFailure>> => {
    const url = `${node}/${process}/slot/current`;
    const answer = await ask({ url, reads: "text", accepts: isAbsent });
    if (!answer.ok) return answer;
    const { status, text } = answer.value;
    if (status >= 300) return ok(undefined);
    return /^\d{1,15}$/.test(text) ? ok(Number(text)) : fail(unplaced(url, text));
  };

  const find: AoNetwork["find"] = async (process, item) => {
    const newest = await newestSlot(process);
    if (!newest.ok || newest.value === undefined) return newest.ok ? ok(undefined) : newest;
    if (item === process) return ok("0");
    const slots = { schedule: `${at(process)}/schedule`, newest: newest.value };
    const slot = await firstSlotOf(units, slots, item);
    return slot.ok ? ok(slot.value?.toString()) : slot;
  };

  const readRaw = (question: Omit<Question, "unit">) =>
    readShaped(units, { ...question, unit: "node" }, Computed);

  return {
    mode: "mainnet",
    owner: wallet.address,
    signSpawn: (made, spawn, how) => wallet.sign({ ...spawnContent(made, spawn), ...how }),
    signMessage: (process, message) => wallet.sign(messageContent(process, message)),
    spawnBytes: (made, spawn) => itemBytes(spawnContent(made, spawn)),
    messageBytes: (process, message) => itemBytes(messageContent(process, message)),
    post: async (process, item) => {
      const isSpawn = item.id === process;
      const url = isSpawn ? `${node}/push` : `${at(process)}/push`;
      const posted = { url, method: "POST", headers: itemHeaders, body: item.raw } as const;
      const answer = await ask({ ...posted, ...(isSpawn ? { reads: "text" } : {}) });
      if (!answer.ok) return answer;
      const { attempts, header, text } = answer.value;
      // A node answers before its scheduler has the process, and also when it never will.
      if (isSpawn) return header("process") === process ? ok(undefined) : fail(unplaced(url, text));
      // An attempt whose answer was lost may have been the one that counts.
      if (attempts > 1) return find(process, item.id);
      const pushed = Pushed.safeParse(JSON.parse(text));
      return pushed.success ? ok(String(pushed.data.slot)) : fail(unplaced(url, text));
    },
    find,
    result: (process, place) =>
      readRaw({ url: `${at(process)}/compute/results=${place}`, headers: readHeaders }),
    live: async (process) => {
      const url = `${at(process)}/now/${liveKey}`;
      const answer = await ask({ url, reads: "text", accepts: isAbsent });
      if (!answer.ok) return answer;
      if (answer.value.status < 300) return ok(liveIn(answer.value.text));
      const newest = await newestSlot(process);
      if (!newest.ok) return newest;
      return ok(newest.value === undefined ? "gone" : "undeployed");
    },
    dryRun: async (process, { tags, data }) => {
      const nonce = { name: "Verify-Nonce", value: crypto.randomUUID() };
      const path = [...tags, nonce].map(
        ({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
      );
      const url = `${at(process)}/as=execution/compute&${path.join("&")}`;
      const action = tags.find(({ name }) => name === "Action")?.value;
      const about = action === undefined ? {} : { about: action };
      if (data === undefined) return readRaw({ url, headers: readHeaders, ...about });
      // Data goes in an item of its own, which nobody keeps.
      const item = await wallet.sign(messageContent(process, { tags: [], data }));
      if (!item.ok) return item;
      return readRaw({ url, method: "POST", headers: itemHeaders, body: item.value.raw, ...about });
    },
    scheduledSince: async (process, since) => {
      const newest = await newestSlot(process);
      if (!newest.ok || newest.value === undefined) return newest.ok ? ok([]) : newest;
      const slots = { schedule: `${at(process)}/schedule`, newest: newest.value };
      return slotsSince(units, slots, since);
    },
  };
}

/** The node took it and did not say where it is. */
function unplaced(url: string, text: string): UnitFailure {
  const detail = text.slice(0, 500);
  return {
    reason: "unit-refused",
    unit: "node",
    method: "POST",
    url,
    status: 200,
    detail,
    retryable: true,
  };
}

function spawnContent(made: MadeFrom, { tags, data }: Message): ItemContent {
  return {
    tags: [
      { name: "device", value: "process@1.0" },
      { name: "scheduler-device", value: "scheduler@1.0" },
      { name: "push-device", value: "push@1.0" },
      { name: "execution-device", value: "genesis-wasm@1.0" },
      { name: "Authority", value: made.authority },
      { name: "Scheduler", value: made.scheduler },
      { name: "Module", value: made.module },
      ...tags,
      { name: "signing-format", value: "ans104" },
      { name: "accept-bundle", value: "true" },
      { name: "accept-codec", value: "httpsig@1.0" },
      ...protocol("Process"),
    ],
    data: data === "" ? "1984" : data,
  };
}

function messageContent(process: string, { tags, data }: Message): ItemContent {
  return {
    target: process,
    tags: [
      ...tags,
      { name: "signing-format", value: "ans104" },
      { name: "accept-bundle", value: "true" },
      { name: "require-codec", value: "application/json" },
      ...protocol("Message"),
    ],
    data: data === "" ? "1984" : data,
  };
}

function protocol(type: "Process" | "Message"): readonly Tag[] {
  return [
    { name: "Data-Protocol", value: "ao" },
    { name: "Type", value: type },
    { name: "Variant", value: "ao.N.1" },
  ];
}
