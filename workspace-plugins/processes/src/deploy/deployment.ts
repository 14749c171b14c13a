import { fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { linksDigestOf, sentinelOf } from "../evaluated-text.ts";
import type { Links } from "../evaluated-text.ts";
import type { ProcessesFailure } from "../failure.ts";
import type { SignedItem } from "../network/item.ts";
import type { AoNetwork, Message } from "../network/network.ts";
import type { CodeArchive } from "../record/code-archive.ts";
import type { Ledger } from "../record/ledger.ts";
import type { Commit, HistoryEntry, PendingItem, ProcessRecord } from "../record/record.ts";
import { deliver } from "./assignment.ts";
import { textOf } from "./goal.ts";
import type { Goal } from "./goal.ts";
import { codeTags, environmentTags, spawnDigestOf, spawnTags } from "./spawn-settings.ts";
import type { Surveyed } from "./survey.ts";

/** What one run may use, and what it says of itself in the history. */
export type Run = {
  readonly network: AoNetwork;
  readonly ledger: Ledger;
  readonly archive: CodeArchive;
  readonly signal: AbortSignal;
  /** Of the code; asked when the first record is written. */
  readonly commit: () => Promise<Commit | undefined>;
  /** How the code came here; absent: it was bundled here. */
  readonly origin?: { readonly did: "promoted" | "rolled-back"; readonly from?: string };
  readonly now: () => Date;
  /** Before anything is signed. */
  readonly tryFirst: (surveyed: readonly Surveyed[]) => Promise<Result<void, ProcessesFailure>>;
};

type Recorded = Promise<Result<ProcessRecord, ProcessesFailure>>;

/** A new process that the scheduler knows, recorded as spawned; one that runs its data is proven too. */
export async function spawnProcess(
  run: Run,
  goal: Goal,
  { links, isRepeatable }: { readonly links: Links; readonly isRepeatable: boolean },
): Recorded {
  const { settings } = goal;
  const message = spawnMessage(goal, links);
  const signed = await run.network.signSpawn(settings.made, message, { isRepeatable });
  if (!signed.ok) return signed;
  const evaluates = settings.onBoot ? digestsOf(goal, links) : {};
  const pending = pendingOf(run, goal, { step: "spawn", item: signed.value, ...evaluates });
  await run.ledger.journal(goal.name, pending);
  return endItem(run, goal, pending, { isNew: true });
}

/** The code evaluated in a process, proven by its own answer, and recorded as deployed. */
export async function evaluateCode(
  run: Run,
  goal: Goal,
  { process, links, earlier }: { process: string; links: Links; earlier: readonly string[] },
): Recorded {
  const message = evaluationMessage(goal, links, earlier);
  const signed = await run.network.signMessage(process, message);
  if (!signed.ok) return signed;
  const step = {
    step: "evaluate",
    item: signed.value,
    process,
    ...digestsOf(goal, links),
  } as const;
  const pending = pendingOf(run, goal, step);
  await run.ledger.journal(goal.name, pending);
  return endItem(run, goal, pending, { isNew: true });
}

export function spawnMessage(goal: Goal, links: Links): Message {
  const { settings, codeDigest } = goal;
  if (!settings.onBoot) return { tags: spawnTags(settings), data: "" };
  const tags = [...spawnTags(settings), ...codeTags(codeDigest, linksDigestOf(links))];
  return { tags, data: textOf(goal, links, []) };
}

export function evaluationMessage(goal: Goal, links: Links, earlier: readonly string[]): Message {
  const { settings, codeDigest } = goal;
  const tags = [
    { name: "Action", value: "Eval" },
    ...environmentTags(settings),
    { name: "Deploy-Process", value: settings.process },
    ...codeTags(codeDigest, linksDigestOf(links)),
  ];
  return { tags, data: textOf(goal, links, earlier) };
}

/**
 * Ends what a stopped run began: an item that never arrived is sent again, one that did is read. `undefined` when what
 * was begun is not wanted any more, or not possible.
 */
export async function resume(
  run: Run,
  goal: Goal,
  { pending, links }: { readonly pending: PendingItem; readonly links: Links | undefined },
): Promise<Result<ProcessRecord | undefined, ProcessesFailure>> {
  if (!isWanted(pending, run, goal, links)) return forget(run, goal);
  const ended = await endItem(run, goal, pending, { isNew: false });
  if (ended.ok) return ended;
  const { failure } = ended;
  // The network does not take it and never will: what it was for is decided anew.
  return isPostRefused(failure) ? forget(run, goal) : ended;
}

/** A unit that refuses to tell of an item may still have it. */
function isPostRefused(failure: ProcessesFailure): boolean {
  if (failure.reason !== "unit-refused" || failure.retryable) return false;
  return failure.method === "POST" && (failure.unit === "mu" || failure.unit === "node");
}

function isWanted(
  pending: PendingItem,
  { network }: Run,
  { settings, codeDigest }: Goal,
  links: Links | undefined,
): boolean {
  if (pending.owner !== network.owner) return false;
  if (pending.spawnDigest !== spawnDigestOf(settings)) return false;
  if (pending.codeDigest === undefined) return true;
  const linksAgree = links !== undefined && pending.linksDigest === linksDigestOf(links);
  return pending.codeDigest === codeDigest && linksAgree;
}

async function forget(run: Run, goal: Goal): Promise<Result<undefined, never>> {
  await run.ledger.journal(goal.name, undefined);
  return ok(undefined);
}

/** Delivers what was signed; a spawn is recorded, and code that came with it or alone is proven. */
async function endItem(
  run: Run,
  goal: Goal,
  pending: PendingItem,
  sent: { readonly isNew: boolean },
): Recorded {
  const { process } = pending;
  const item = signedItemOf(pending);
  const placed = await deliver(run.network, { item, process, ...sent }, run.signal);
  if (!placed.ok) return placed;
  if (pending.step === "spawn") {
    const record = await writeRecord(run, goal, { process, did: "spawned" });
    if (pending.codeDigest === undefined) {
      await run.ledger.journal(goal.name, undefined);
      return ok(record);
    }
  }
  return proveEvaluation(run, goal, pending, placed.value);
}

async function proveEvaluation(
  run: Run,
  goal: Goal,
  pending: PendingItem,
  place: string,
): Recorded {
  const { process, id: message, linksDigest } = pending;
  const evaluation = await run.network.result(process, place);
  if (!evaluation.ok) return evaluation;
  // Whatever the answer says, this message was evaluated: to send it again would change nothing.
  await run.ledger.journal(goal.name, undefined);
  const { error, output } = evaluation.value;
  if (error !== undefined) return fail({ reason: "evaluation-failed", process, message, error });
  if (!output.includes(sentinelOf(goal.codeDigest))) {
    return fail({ reason: "evaluation-unproven", process, message, output });
  }
  if (linksDigest === undefined) throw new Error("internal: an evaluation without links");
  const live = await run.network.live(process);
  if (!live.ok) return live;
  if (typeof live.value !== "object" || live.value.code !== goal.codeDigest) {
    const shown = typeof live.value === "object" ? live.value.code : live.value;
    return fail({ reason: "live-code-differs", process, expected: goal.codeDigest, live: shown });
  }
  await run.archive.keep(goal.codeDigest, goal.code);
  const did = run.origin?.did ?? "evaluated";
  return ok(await writeRecord(run, goal, { process, did, message, linksDigest }));
}

/** A process that was found is ours from now on, whatever becomes of its code. */
export async function adoptProcess(run: Run, record: ProcessRecord, name: string): Promise<void> {
  const { process, spawnDigest, owner } = record;
  const at = run.now().toISOString();
  const entry = { at, did: "adopted", process, spawnDigest, by: owner } as const;
  await run.ledger.write(name, (before) => ({
    ...record,
    history: [...(before?.history ?? []), entry],
  }));
}

/** A process that runs the code already, written down as it was found. */
export async function adoptCode(
  run: Run,
  goal: Goal,
  { process, links, isFound }: { process: string; links: Links; isFound: boolean },
): Promise<ProcessRecord> {
  await run.archive.keep(goal.codeDigest, goal.code);
  const did = isFound ? "adopted" : (run.origin?.did ?? "evaluated");
  return writeRecord(run, goal, { process, did, linksDigest: linksDigestOf(links) });
}

type Done = Pick<HistoryEntry, "did" | "process" | "message" | "linksDigest">;

/** With links, the process answered with the digest of the code. */
async function writeRecord(run: Run, goal: Goal, done: Done): Promise<ProcessRecord> {
  const { settings, codeDigest, handlers } = goal;
  const { process, message, linksDigest } = done;
  const spawnDigest = spawnDigestOf(settings);
  const commit = await run.commit();
  const ran = linksDigest === undefined ? {} : { codeDigest, linksDigest };
  const entry: HistoryEntry = {
    at: run.now().toISOString(),
    did: done.did,
    process,
    spawnDigest,
    ...ran,
    ...(message === undefined ? {} : { message }),
    by: run.network.owner,
    ...(run.origin?.from === undefined ? {} : { from: run.origin.from }),
    ...(commit === undefined ? {} : { commit }),
  };
  const spawned = { process, owner: run.network.owner, spawnDigest };
  const proof = message ?? "live-read";
  const recorded = (before: ProcessRecord | undefined): ProcessRecord => {
    const history = [...without(before?.history ?? [], entry), entry];
    return linksDigest === undefined
      ? { ...spawned, state: "spawned", history }
      : {
          ...spawned,
          state: "deployed",
          codeDigest,
          linksDigest,
          handlers: [...handlers],
          provenBy: proof,
          history,
        };
  };
  return run.ledger.write(goal.name, recorded);
}

/** A run that was cut off between two writes has told the same already. */
function without(history: readonly HistoryEntry[], entry: HistoryEntry): readonly HistoryEntry[] {
  const last = history.at(-1);
  const isTold =
    last?.did === entry.did &&
    last.process === entry.process &&
    last.message === entry.message &&
    last.codeDigest === entry.codeDigest;
  return isTold ? history.slice(0, -1) : history;
}

function digestsOf(
  { codeDigest }: Goal,
  links: Links,
): { readonly codeDigest: Digest; readonly linksDigest: Digest } {
  return { codeDigest, linksDigest: linksDigestOf(links) };
}

function pendingOf(
  { network }: Run,
  { settings }: Goal,
  signed: {
    readonly step: PendingItem["step"];
    readonly item: SignedItem;
    readonly process?: string;
    readonly codeDigest?: Digest;
    readonly linksDigest?: Digest;
  },
): PendingItem {
  const { step, item, process = item.id, ...digests } = signed;
  const raw = Buffer.from(item.raw).toString("base64");
  const spawnDigest = spawnDigestOf(settings);
  return { step, process, id: item.id, raw, owner: network.owner, spawnDigest, ...digests };
}

function signedItemOf(pending: PendingItem): SignedItem {
  return { id: pending.id, raw: Buffer.from(pending.raw, "base64") };
}
