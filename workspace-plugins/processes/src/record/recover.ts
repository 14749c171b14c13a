import path from "node:path";
import {
  fail,
  inParallel,
  ok,
  parseDigest,
  shortDigest,
  takeLock,
  writeJson,
} from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { environmentTags } from "../deploy/spawn-settings.ts";
import { settleEnvironment } from "../deploy/settle.ts";
import type { DeployOptions, Effects, SettledEnvironment } from "../deploy/settle.ts";
import type { ProcessesFailure } from "../failure.ts";
import { handlersIn } from "../bundle/handlers-in.ts";
import type { Live, Transaction } from "../network/network.ts";
import type { TaskContext } from "../task.ts";
import { findCode } from "./code-archive.ts";
import { messageOf } from "./message-of.ts";
import type { EnvironmentRecord, HistoryEntry, ProcessRecord } from "./record.ts";

/** In what the network and the record do not say the same of a process. */
export type Difference = {
  readonly name: string;
  readonly about: "process" | "settings" | "code" | "links";
  readonly recorded: string;
  readonly found: string;
};

export type Recovery = {
  /** Relative to the workspace. */
  readonly file: string;
  readonly lockFile: string;
  /** As the network alone tells it; what it cannot tell, as commits, is kept from the record. */
  readonly record: EnvironmentRecord;
  readonly differences: readonly Difference[];
};

/** Rebuilds a record from the tags of what was sent and from what the processes say, and compares it with the record. */
export async function recoverRecord(
  task: TaskContext,
  options: DeployOptions,
  effects: Effects = {},
): Promise<Result<Recovery, ProcessesFailure>> {
  const settled = await settleEnvironment(task, options, effects);
  if (!settled.ok) return settled;
  const { ledger, definition } = settled.value;
  const recorded = await ledger.read();
  if (!recorded.ok) return recorded;
  const sent = await readSent(settled.value);
  if (!sent.ok) return sent;
  const names = Object.keys(definition.processes);
  const rebuilt = await inParallel(4, names, async (name) => {
    const before = recorded.value.processes[name];
    const found = await rebuild(settled.value, { name, before, ...sent.value });
    return found.ok ? ok([name, found.value] as const) : found;
  });
  if (!rebuilt.ok) return rebuilt;
  const known = rebuilt.value.flatMap(([name, record]) =>
    record === undefined ? [] : [[name, record] as const],
  );
  const record: EnvironmentRecord = { version: 2, processes: Object.fromEntries(known) };
  const differences = names.flatMap((name) =>
    differencesOf(name, recorded.value.processes[name], record.processes[name]),
  );
  return ok({ file: ledger.file, lockFile: ledger.lockFile, record, differences });
}

/** Puts what was recovered in the place of the record. */
export async function writeRecovered(
  { workspaceRoot }: Pick<TaskContext, "workspaceRoot">,
  { file, lockFile, record }: Recovery,
): Promise<Result<void, ProcessesFailure>> {
  using lock = takeLock(lockFile);
  if (lock === undefined) return fail({ reason: "ao-deploy-running", file: lockFile });
  await writeJson(path.join(workspaceRoot, file), record);
  return ok(undefined);
}

type Sent = {
  readonly spawns: readonly Transaction[];
  readonly evaluations: readonly Transaction[];
};

/** The newest first. */
async function readSent({
  network,
  environment,
}: SettledEnvironment): Promise<Result<Sent, ProcessesFailure>> {
  const own = environmentTags(environment).map(({ name, value }) => ({ name, values: [value] }));
  const spawns = await network.itemsTagged([{ name: "Type", values: ["Process"] }, ...own]);
  if (!spawns.ok) return spawns;
  const evaluations = await network.itemsTagged([{ name: "Action", values: ["Eval"] }, ...own]);
  if (!evaluations.ok) return evaluations;
  return ok({ spawns: spawns.value, evaluations: evaluations.value });
}

async function rebuild(
  settled: SettledEnvironment,
  asked: Sent & { readonly name: string; readonly before: ProcessRecord | undefined },
): Promise<Result<ProcessRecord | undefined, ProcessesFailure>> {
  const { network } = settled;
  const spawns = asked.spawns.filter((each) => tagOf(each, "Deploy-Process") === asked.name);
  for (const spawn of inOrderOfTrust(spawns, asked.before)) {
    const live = await network.live(spawn.id);
    if (!live.ok) return live;
    if (live.value === "gone") continue;
    const told = historyOf(network.owner, spawns, asked.evaluations);
    const history = withKnown(asked.before?.history ?? [], told);
    return recordOf(settled, { spawn, live: live.value, history });
  }
  return ok(undefined);
}

/** The newest first, but for the one that the record points back at, which no item tells: unless one was made since. */
function inOrderOfTrust(
  spawns: readonly Transaction[],
  before: ProcessRecord | undefined,
): readonly Transaction[] {
  const last = before?.history.at(-1);
  if (last?.did !== "rolled-back") return spawns;
  const since = spawns.filter(({ at }) => at === undefined || at > Date.parse(last.at));
  const pointed = spawns.filter(({ id }) => id === last.process);
  return [...since, ...pointed, ...spawns];
}

async function recordOf(
  { network, archive }: SettledEnvironment,
  found: {
    readonly spawn: Transaction;
    readonly live: Exclude<Live, "gone">;
    readonly history: readonly HistoryEntry[];
  },
): Promise<Result<ProcessRecord, ProcessesFailure>> {
  const { spawn, live, history } = found;
  const spawned = {
    process: spawn.id,
    owner: network.owner,
    spawnDigest: digestIn(spawn, "Deploy-Spec"),
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
  spawns: readonly Transaction[],
  evaluations: readonly Transaction[],
): readonly HistoryEntry[] {
  const specs = new Map(spawns.map((spawn) => [spawn.id, digestIn(spawn, "Deploy-Spec")]));
  const spawned = spawns.map((spawn) =>
    entryOf(spawn, { did: "spawned", process: spawn.id, by, specs }),
  );
  const evaluated = evaluations
    .filter(({ recipient }) => specs.has(recipient))
    .map((each) => entryOf(each, { did: "evaluated", process: each.recipient, by, specs }));
  // Both come newest first, and blocks tell only seconds.
  const all = [...spawned.toReversed(), ...evaluated.toReversed()];
  return all.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function entryOf(
  item: Transaction,
  {
    did,
    process,
    by,
    specs,
  }: Pick<HistoryEntry, "did" | "process" | "by"> & {
    readonly specs: ReadonlyMap<string, Digest>;
  },
): HistoryEntry {
  const codeDigest = parseDigest(tagOf(item, "Deploy-Code") ?? "");
  const linksDigest = parseDigest(tagOf(item, "Deploy-Links") ?? "");
  const ran = codeDigest === undefined ? {} : { codeDigest, message: item.id };
  return {
    at: new Date(item.at ?? 0).toISOString(),
    did,
    process,
    spawnDigest: specs.get(process) ?? digestIn(item, "Deploy-Spec"),
    ...ran,
    ...(linksDigest === undefined ? {} : { linksDigest }),
    by,
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

function differencesOf(
  name: string,
  recorded: ProcessRecord | undefined,
  found: ProcessRecord | undefined,
): readonly Difference[] {
  const rows = [
    ["process", recorded?.process, found?.process],
    ["settings", shown(recorded?.spawnDigest), shown(found?.spawnDigest)],
    ["code", shown(codeOf(recorded)), shown(codeOf(found))],
    ["links", shown(linksOf(recorded)), shown(linksOf(found))],
  ] as const;
  return rows
    .filter(([, before, now]) => before !== now)
    .map(([about, before, now]) => ({
      name,
      about,
      recorded: before ?? "none",
      found: now ?? "none",
    }));
}

function codeOf(record: ProcessRecord | undefined): Digest | undefined {
  return record?.state === "deployed" ? record.codeDigest : undefined;
}

function linksOf(record: ProcessRecord | undefined): Digest | undefined {
  return record?.state === "deployed" ? record.linksDigest : undefined;
}

function shown(digest: Digest | undefined): string | undefined {
  return digest === undefined ? undefined : shortDigest(digest);
}

function tagOf({ tags }: Transaction, name: string): string | undefined {
  return tags.find((tag) => tag.name === name)?.value;
}

function digestIn(item: Transaction, name: string): Digest {
  const digest = parseDigest(tagOf(item, name) ?? "");
  if (digest === undefined) throw new Error(`internal: an item that was found without ${name}`);
  return digest;
}
