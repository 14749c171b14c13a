import { fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { messageOf } from "../record/message-of.ts";
import type { HistoryEntry, ProcessRecord } from "../record/record.ts";
import type { NoSuchEntry } from "./failure.ts";

/** A digest, or how far back: 1 is what ran before the newest deployment. */
export type Choice<Named> = Named | { readonly back: number };

/** Code that was deployed before, and the message by which the network still has it. */
export type EarlierCode = {
  readonly codeDigest: Digest;
  readonly message: string | undefined;
  /** When it began to run, the last time. */
  readonly at: string;
};

/**
 * The code to go back to. It is counted from the newest deployment that was no rollback, so that the same command again
 * finds the same code; what that deployment brought is never the answer.
 */
export function chooseCode(
  record: ProcessRecord,
  choice: Choice<Digest>,
): Result<EarlierCode, NoSuchEntry> {
  const before = distinct(beforeNewest(record), ({ codeDigest }) => codeDigest);
  const all = distinct(record.history, ({ codeDigest }) => codeDigest);
  const newest = newestOf(record)?.codeDigest;
  const earlier = before.filter(({ codeDigest }) => codeDigest !== newest);
  const found =
    typeof choice === "string"
      ? all.find(({ codeDigest }) => codeDigest === choice)
      : earlier[choice.back - 1];
  if (found?.codeDigest !== undefined) {
    const { codeDigest, at } = found;
    return ok({ codeDigest, at, message: messageOf(record.history, codeDigest) });
  }
  return fail(notFound(choice, typeof choice === "string" ? all : earlier, "codeDigest"));
}

/** A process that was ours before, as its history last says of it. */
export type EarlierProcess = {
  readonly process: string;
  readonly spawnDigest: Digest;
  readonly codeDigest: Digest;
  readonly linksDigest: Digest | undefined;
  readonly message: string | undefined;
};

/** The process to point back at: one whose code was proven once. */
export function chooseProcess(
  record: ProcessRecord,
  choice: Choice<string>,
): Result<EarlierProcess, NoSuchEntry> {
  const proven = record.history.filter(({ codeDigest }) => codeDigest !== undefined);
  const all = distinct(proven, ({ process }) => process);
  const newest = newestOf(record);
  const isLeft = newest !== undefined && isLeftByRedeployment(record, newest);
  const earlier = [...beforeNewest(record), ...(isLeft ? [newest] : [])];
  const before = distinct(
    earlier.filter(({ codeDigest }) => codeDigest !== undefined),
    ({ process }) => process,
  ).filter(({ process }) => isLeft || process !== newest?.process);
  const found =
    typeof choice === "string"
      ? all.find(({ process }) => process === choice)
      : before[choice.back - 1];
  if (found?.codeDigest !== undefined) {
    const { process, spawnDigest, codeDigest, linksDigest } = found;
    const message = messageOf(record.history, codeDigest);
    return ok({ process, spawnDigest, codeDigest, linksDigest, message });
  }
  return fail(notFound(choice, typeof choice === "string" ? all : before, "process"));
}

/**
 * Whether a new process of this code was made since the newest deployment that was no rollback: to make one more would
 * be to do the same twice.
 */
export function isRedeployed(record: ProcessRecord, codeDigest: Digest): boolean {
  const newest = newestOf(record);
  const last = record.history.at(-1);
  return (
    last?.did === "rolled-back" &&
    last.codeDigest === codeDigest &&
    last.process === record.process &&
    newest !== undefined &&
    !record.history
      .slice(0, record.history.indexOf(newest) + 1)
      .some(({ process }) => process === record.process)
  );
}

const forward: ReadonlySet<HistoryEntry["did"]> = new Set(["evaluated", "adopted", "promoted"]);

/** The newest deployment that brought code and was no rollback. */
function newestOf({ history }: ProcessRecord): HistoryEntry | undefined {
  return history.findLast(({ did, codeDigest }) => forward.has(did) && codeDigest !== undefined);
}

/** Whether a rollback has made a process since: then the one of the newest deployment is an earlier one. */
function isLeftByRedeployment({ history }: ProcessRecord, newest: HistoryEntry): boolean {
  return history
    .slice(history.indexOf(newest) + 1)
    .some(({ did, process }) => did === "spawned" && process !== newest.process);
}

/** What ran before that, in the order of time. */
function beforeNewest(record: ProcessRecord): readonly HistoryEntry[] {
  const newest = newestOf(record);
  return newest === undefined ? [] : record.history.slice(0, record.history.indexOf(newest));
}

/** Newest first, of each only the newest entry; what has no such value is left out. */
function distinct(
  history: readonly HistoryEntry[],
  valueOf: (entry: HistoryEntry) => string | undefined,
): readonly HistoryEntry[] {
  const seen = new Set<string>();
  return history.toReversed().filter((entry) => {
    const value = valueOf(entry);
    if (value === undefined || seen.has(value)) return false;
    seen.add(value);
    return true;
  });
}

function notFound(
  choice: Choice<string>,
  entries: readonly HistoryEntry[],
  key: "codeDigest" | "process",
): NoSuchEntry {
  const asked = typeof choice === "string" ? choice : `-${choice.back}`;
  const known = entries.map((entry) => entry[key] ?? "");
  return { reason: "rollback-not-found", asked, known };
}
