import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { UnitFailure } from "../failure.ts";
import { EvaluationAnswer } from "./evaluation.ts";
import { itemBytes } from "./item.ts";
import type { ItemContent } from "./item.ts";
import { liveInOutput, liveProbe } from "./live-text.ts";
import type { AoNetwork, Evaluation, Gateway, MadeFrom, Message, Site } from "./network.ts";
import { listHistory } from "./scheduled.ts";
import { withoutSlash } from "./site.ts";
import type { Tag } from "./tag.ts";
import { isAbsent, readShaped } from "./units.ts";
import type { Question, Units } from "./units.ts";
import type { Wallet } from "./signer.ts";

type LegacySite = Extract<Site, { readonly mode: "legacy" }>;
type Client = Omit<AoNetwork, keyof Gateway>;

const protocol: readonly Tag[] = [
  { name: "Data-Protocol", value: "ao" },
  { name: "Variant", value: "ao.TN.1" },
];

/** Message, scheduler and compute units, asked as aoconnect's legacy mode asks them. */
export function legacyClient(site: LegacySite, wallet: Wallet, units: Units): Client {
  const owner = wallet.address;
  const cu = withoutSlash(site.cu);
  const su = withoutSlash(site.su);

  const isKnown = async (path: string): Promise<Result<boolean, UnitFailure>> => {
    const answer = await units.ask({ unit: "su", url: `${su}/${path}`, accepts: isAbsent });
    return answer.ok ? ok(answer.value.status < 300) : answer;
  };

  const evaluation = (question: Omit<Question, "unit">) =>
    readShaped(units, { ...question, unit: "cu" }, EvaluationAnswer);

  const dryRun = async (
    process: string,
    message: Parameters<AoNetwork["dryRun"]>[1],
  ): Promise<Result<Evaluation, UnitFailure>> => {
    const action = message.tags.find(({ name }) => name === "Action")?.value;
    const nonce = { name: "Verify-Nonce", value: crypto.randomUUID() };
    const body = {
      Id: "1234",
      Target: process,
      Owner: owner,
      From: owner,
      Anchor: "0",
      Data: message.data ?? "",
      Tags: [...message.tags, nonce, ...protocol, { name: "Type", value: "Message" }],
    };
    return evaluation({
      url: `${cu}/dry-run?process-id=${process}`,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      ...(action === undefined ? {} : { about: action }),
    });
  };

  return {
    mode: "legacy",
    owner,
    signSpawn: (made, spawn, how) => wallet.sign({ ...spawnContent(made, spawn), ...how }),
    signMessage: (process, message) => wallet.sign(messageContent(process, message)),
    spawnBytes: (made, spawn) => itemBytes(spawnContent(made, spawn)),
    messageBytes: (process, message) => itemBytes(messageContent(process, message)),
    post: async (_process, item) => {
      const answer = await units.ask({
        unit: "mu",
        url: withoutSlash(site.mu),
        method: "POST",
        headers: { "content-type": "application/octet-stream", accept: "application/json" },
        body: item.raw,
        // A scheduler that has the item already has what we wanted.
        accepts: ({ text }) => /already exists/i.test(text),
      });
      return answer.ok ? ok(undefined) : answer;
    },
    find: async (process, item) => {
      const path = item === process ? `processes/${process}` : `${item}?process-id=${process}`;
      const known = await isKnown(path);
      return known.ok ? ok(known.value ? item : undefined) : known;
    },
    result: (process, place) => evaluation({ url: `${cu}/result/${place}?process-id=${process}` }),
    live: async (process) => {
      const tags = [{ name: "Action", value: "Eval" }];
      const answer = await dryRun(process, { data: liveProbe, tags });
      if (answer.ok) return ok(liveInOutput(answer.value.output));
      if (answer.failure.reason !== "unit-refused") return answer;
      const known = await isKnown(`processes/${process}`);
      if (!known.ok) return known;
      return known.value ? answer : ok("gone");
    },
    dryRun,
    scheduledSince: (process, since) => listHistory({ units, su, process }, since),
  };
}

function spawnContent(made: MadeFrom, { tags, data }: Message): ItemContent {
  return {
    tags: [
      ...protocol,
      { name: "Type", value: "Process" },
      { name: "Module", value: made.module },
      { name: "Scheduler", value: made.scheduler },
      { name: "Authority", value: made.authority },
      { name: "Content-Type", value: "text/plain" },
      ...tags,
    ],
    // Units refuse an item without data.
    data: data === "" ? " " : data,
  };
}

function messageContent(process: string, { tags, data }: Message): ItemContent {
  return {
    target: process,
    tags: [...protocol, { name: "Type", value: "Message" }, ...tags],
    data: data === "" ? " " : data,
  };
}
