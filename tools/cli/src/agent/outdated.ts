import { entryName } from "@slipway/images/locked/now";
import { readUnused } from "@slipway/images/locked/unused";
import type { UnusedEntry } from "@slipway/images/locked/unused";
import { lockedText, outdatedEntries } from "@slipway/images/locked/update";
import type { LockEntry } from "@slipway/images";
import { describeFailure } from "@slipway/report";
import { ok, shownDigest } from "@slipway/signature/basics";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";
import { openLockCall } from "./lock-call.ts";

const options = { offline: { type: "boolean" }, json: { type: "boolean" } } as const;

/** All of them in `--json`, for people those of which there is something to say. */
export async function listOutdated(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [0, Number.POSITIVE_INFINITY] });
  if (!read.ok) return tellUsage(read.failure);
  const { offline: isOffline = false } = read.value.options;
  const agentCall = openAgentCall(call, read.value.options);
  const opened = await openLockCall(agentCall, { isOffline, takesRecent: true });
  if (!opened.ok) return agentCall.tell(opened);
  await using lockCall = opened.value;
  const found = await outdatedEntries(read.value.words, lockCall.world);
  if (!found.ok) return await agentCall.tell(found);
  const isAll = read.value.words.length === 0;
  const unused = isAll ? await readUnused(lockCall.world) : ok([]);
  if (!unused.ok) return await agentCall.tell(unused);
  return agentCall.show(
    { entries: found.value.map(shownEntry), ...(isAll ? { unused: unused.value } : {}) },
    rowsOf(found.value, unused.value),
  );
}

function shownEntry(entry: LockEntry): object {
  const { kind, name, now } = entry;
  const current = nowText(entry);
  const locked = lockedText(entry);
  return {
    kind,
    name,
    state: now.state,
    ...(locked === undefined ? {} : { locked }),
    ...(current === undefined ? {} : { now: current }),
    ...(entry.kind === "agent" && entry.isStale ? { isStale: true } : {}),
    ...(now.state === "unknown" ? { because: now.because } : {}),
  };
}

function rowsOf(
  entries: readonly LockEntry[],
  unused: readonly UnusedEntry[],
): readonly (readonly string[])[] {
  const odd = entries.filter(({ now }) => now.state !== "same");
  if (odd.length === 0 && unused.length === 0) return [["All is as it is locked."]];
  return [
    ["entry", "locked", "now", ""],
    ...odd.map((entry) => [
      entryName(entry),
      shownDigest(lockedText(entry) ?? "-"),
      shownDigest(nowText(entry) ?? "-"),
      noteOf(entry),
    ]),
    ...unused.map((entry) => [
      entryName(entry),
      shownDigest(entry.locked ?? "-"),
      "-",
      "nothing is built from it: slipway agent lock --prune",
    ]),
  ];
}

/** What it would be locked to. */
function nowText(entry: LockEntry): string | undefined {
  if (entry.now.state === "same") return lockedText(entry);
  if (entry.now.state !== "changed") return undefined;
  return "version" in entry.now.value ? entry.now.value.version : entry.now.value.digest;
}

function noteOf(entry: LockEntry): string {
  switch (entry.now.state) {
    case "same":
      return "";
    case "changed":
      if (entry.locked === undefined) return "not locked";
      return entry.kind === "agent" && entry.isStale ? "locked for another definition" : "";
    case "missing":
      return "the registry has no such image";
    case "unknown":
      return `unknown: ${describeFailure(entry.now.because).what}`;
  }
}
