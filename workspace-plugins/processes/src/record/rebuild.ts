import { ok, parseDigest } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { handlersIn } from "../bundle/handlers-in.ts";
import type { SettledEnvironment } from "../deploy/settle.ts";
import { environmentTags } from "../deploy/spawn-settings.ts";
import type { ProcessesFailure } from "../failure.ts";
import type { AoNetwork, Live, Transaction } from "../network/network.ts";
import { findCode } from "./code-archive.ts";
import type { Environment } from "./environment.ts";
import { messageOf } from "./message-of.ts";
import type { HistoryEntry, ProcessRecord } from "./record.ts";

/** What a record is rebuilt from. */
export type Rebuilding = Pick<SettledEnvironment, "archive"> & {
  readonly network: Pick<AoNetwork, "owner" | "itemsTagged" | "live" | "itemData">;
  readonly environment: Pick<Environment, "project" | "deployTarget">;
};

/** That a deployment has sent: with the digest of its settings. */
type Spawn = Transaction & { readonly spec: Digest };

type Sent = {
  readonly spawns: readonly Spawn[];
  readonly evaluations: readonly Transaction[];
};

/** The newest first. */
export async function readSent({
  network,
  environment,
}: Rebuilding): Promise<Result<Sent, ProcessesFailure>> {
  const own = environmentTags(environment).map(({ name, value }) => ({ name, values: [value] }));
  const spawns = await network.itemsTagged([{ name: "Type", values: ["Process"] }, ...own]);
  if (!spawns.ok) return spawns;
  const evaluations = await network.itemsTagged([{ name: "Action", values: ["Eval"] }, ...own]);
  if (!evaluations.ok) return evaluations;
  return ok({ spawns: spawns.value.flatMap(spawnIn), evaluations: evaluations.value });
}

function spawnIn(item: Transaction): readonly Spawn[] {
  const spec = parseDigest(tagOf(item, "Deploy-Spec") ?? "");
  return spec === undefined ? [] : [{ ...item, spec }];
}

/** A process that no gateway lists yet, and that answers, stays as it is recorded. */
export async function rebuild(
  rebuilding: Rebuilding,
  asked: Sent & { readonly name: string; readonly before: ProcessRecord | undefined },
): Promise<Result<ProcessRecord | undefined, ProcessesFailure>> {
  const { network } = rebuilding;
  const { before } = asked;
  const spawns = asked.spawns.filter((each) => tagOf(each, "Deploy-Process") === asked.name);
  if (before !== undefined && spawns.every(({ id }) => id !== before.process)) {
    const live = await network.live(before.process);
    if (!live.ok) return live;
    if (live.value !== "gone") return ok(before);
  }
  for (const spawn of inOrderOfTrust(spawns, before)) {
    const live = await network.live(spawn.id);
    if (!live.ok) return live;
    if (live.value === "gone") continue;
    const told = historyOf(network.owner, spawns, asked.evaluations);
    const history = withKnown(before?.history ?? [], told);
    return recordOf(rebuilding, { spawn, live: live.value, history });
  }
  return ok(undefined);
}

/**
 * The newest first, but for the one that the record points at last, which no item may tell: unless one was made since
 * that its history does not know. A block tells when it was made, which may be long after what it lists.
 */
function inOrderOfTrust(
  spawns: readonly Spawn[],
  before: ProcessRecord | undefined,
): readonly Spawn[] {
  const last = before?.history.at(-1);
  if (last === undefined) return spawns;
  const known = new Set(before?.history.map(({ process }) => process));
  const since = spawns.filter(
    ({ id, at }) => !known.has(id) && (at === undefined || at > Date.parse(last.at)),
  );
  const pointed = spawns.filter(({ id }) => id === last.process);
  return [...since, ...pointed, ...spawns];
}

async function recordOf(
  { network, archive }: Rebuilding,
  found: {
    readonly spawn: Spawn;
    readonly live: Exclude<Live, "gone">;
    readonly history: readonly HistoryEntry[];
  },
): Promise<Result<ProcessRecord, ProcessesFailure>> {
  const { spawn, live, history } = found;
  const spawned = {
    process: spawn.id,
    owner: network.owner,
    spawnDigest: spawn.spec,
    history: [...history],
  };
  if (live === "undeployed") return ok({ ...spawned, state: "spawned" });
  const message = messageOf(history, live.code);
  const code = await findCode(archive, network, { codeDigest: live.code, message });
  if (!code.ok && code.failure.reason !== "code-lost") return code;
  return ok({
    ...spawned,
    state: "deployed",
    codeDigest: live.code,
    linksDigest: live.links,
    handlers: code.ok ? [...handlersIn(code.value)] : [],
    provenBy: message ?? "live-read",
  });
}

/** Oldest first. That a message was sent is all that its tags say: its code may have failed. */
function historyOf(
  by: string,
  spawns: readonly Spawn[],
  evaluations: readonly Transaction[],
): readonly HistoryEntry[] {
  const specs = new Map(spawns.map(({ id, spec }) => [id, spec]));
  const spawned = spawns.map((spawn) =>
    entryOf(spawn, { did: "spawned", process: spawn.id, by, spawnDigest: spawn.spec }),
  );
  const evaluated = evaluations.flatMap((each) => {
    const process = each.recipient;
    const spawnDigest = specs.get(process);
    return spawnDigest === undefined
      ? []
      : [entryOf(each, { did: "evaluated", process, by, spawnDigest })];
  });
  // Both come newest first, and blocks tell only seconds.
  const all = [...spawned.toReversed(), ...evaluated.toReversed()];
  return all.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function entryOf(
  item: Transaction,
  sent: Pick<HistoryEntry, "did" | "process" | "by" | "spawnDigest">,
): HistoryEntry {
  const codeDigest = parseDigest(tagOf(item, "Deploy-Code") ?? "");
  const linksDigest = parseDigest(tagOf(item, "Deploy-Links") ?? "");
  const ran = codeDigest === undefined ? {} : { codeDigest, message: item.id };
  return {
    at: new Date(item.at ?? 0).toISOString(),
    ...sent,
    ...ran,
    ...(linksDigest === undefined ? {} : { linksDigest }),
  };
}

/** What the record tells of the same, and more of it, stays. */
function withKnown(
  known: readonly HistoryEntry[],
  told: readonly HistoryEntry[],
): readonly HistoryEntry[] {
  const keys = new Set(known.map(keyOf));
  return known.length === 0 ? told : [...told.filter((each) => !keys.has(keyOf(each))), ...known];
}

function keyOf({ process, message, did }: HistoryEntry): string {
  return message ?? `${did === "spawned" ? did : "other"} ${process}`;
}

function tagOf({ tags }: Transaction, name: string): string | undefined {
  return tags.find((tag) => tag.name === name)?.value;
}
