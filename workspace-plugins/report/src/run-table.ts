import type { Difference } from "@slipway/signature";
import { describeCause } from "./causes.ts";
import { columns, table } from "./table.ts";
import { describeDifference } from "./texts/signature.ts";
import type { WorkspaceCause } from "./texts/workspace.ts";

/** How Nx ended a task. */
export type TaskStatus =
  | "success"
  | "failure"
  | "skipped"
  | "stopped"
  | "local-cache"
  | "local-cache-kept-existing"
  | "remote-cache";

/** One task of a run, with what it said of itself and what of its ingredients was not as at its last success. */
export type RunRow = {
  readonly id: string;
  readonly status: TaskStatus;
  readonly durationMs: number;
  readonly outcome:
    | { readonly state: "done" | "unchanged" | "failed"; readonly cause: string }
    | undefined;
  readonly isCached: boolean;
  readonly differences: readonly Difference[];
  readonly missingOutputs: readonly string[];
};

const mostReasons = 1;

/** Project, target, what happened, why, time: one line a task, in the order of the run. */
export function runTable(rows: readonly RunRow[]): readonly string[] {
  const lines = rows.map((row) => {
    const [project, target] = splitId(row.id);
    return [project, target, whatHappened(row), why(row), seconds(row.durationMs)];
  });
  return table(["project", "target", "what happened", "why", "time"], lines);
}

/** `12 unchanged, 3 done` */
export function runTotals(rows: readonly RunRow[]): string {
  const counts = Map.groupBy(rows, whatHappened);
  return [...counts].map(([what, of]) => `${of.length} ${what}`).join(", ");
}

/** How often the outside world was asked, one line a world. */
export function askedLines(
  asked: readonly { readonly world: string; readonly question: string }[],
): readonly string[] {
  const worlds = Map.groupBy(asked, ({ world }) => world);
  return columns(
    ["engine", "registry", "ao-network"].map((world) => {
      const kinds = Map.groupBy(worlds.get(world) ?? [], ({ question }) => kindOf(question));
      const told = [...kinds].map(([kind, times]) => `${kind}${timesText(times)}`);
      return [world, told.length === 0 ? "not asked" : told.join(", ")];
    }),
  );
}

/** `×2`, or how many things it was asked of when it was never asked twice of one. */
function timesText(times: readonly { readonly question: string }[]): string {
  if (times.length === 1) return "";
  const different = new Set(times.map(({ question }) => question)).size;
  return different === times.length ? ` (${different} of them, once each)` : ` ×${times.length}`;
}

/** The question without what it is about: `HEAD manifests`, `GET su /processes`. */
function kindOf(question: string): string {
  const registry =
    /^([A-Z]+) https?:\/\/[^/]+\/v2\/.*?\/(blobs\/uploads|manifests|blobs|tags)\//.exec(question);
  if (registry !== null) return `${registry[1]} ${registry[2]}`;
  return question.replace(/\/[A-Za-z0-9_-]{43}/g, "");
}

function whatHappened(row: RunRow): string {
  switch (row.status) {
    case "success":
      return row.outcome?.state === "unchanged" ? "unchanged" : "done";
    case "failure":
      return "failed";
    case "skipped":
      return "not run";
    case "stopped":
      return "stopped";
    case "local-cache":
    case "local-cache-kept-existing":
    case "remote-cache":
      return row.missingOutputs.length > 0 ? "restored" : "unchanged";
  }
}

function why(row: RunRow): string {
  switch (row.status) {
    case "success":
      return row.isCached ? whyRan(row) : describeCause(row.outcome?.cause ?? "");
    case "failure":
      return describeCause(row.outcome?.cause ?? "see its output above");
    case "skipped":
      return describeCause("not-run");
    case "stopped":
      return describeCause("stopped");
    case "local-cache":
    case "local-cache-kept-existing":
    case "remote-cache":
      return row.missingOutputs.length > 0
        ? `${row.missingOutputs.join(", ")} ${row.missingOutputs.length === 1 ? "was" : "were"} missing; same work signature`
        : describeCause(servedFor(row));
  }
}

/** What a target builds on may have run again and made the same. */
function servedFor(row: RunRow): WorkspaceCause {
  const isBuiltOnOther = row.differences.some(({ kind }) => kind === "upstream-changed");
  return isBuiltOnOther ? "upstream-same" : "inputs-unchanged";
}

function whyRan(row: RunRow): string {
  if (row.differences.length === 0) return describeCause("no-cached-result");
  const told = row.differences.slice(0, mostReasons).map(describeDifference);
  const more = row.differences.length - told.length;
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join(" ");
}

function splitId(id: string): readonly [string, string] {
  const colon = id.lastIndexOf(":");
  return [id.slice(0, colon), id.slice(colon + 1)];
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}
