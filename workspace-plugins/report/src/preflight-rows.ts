import type { PreflightReport } from "@slipway/processes";
import { shortDigest } from "@slipway/signature/basics";
import { changeWords, heldWords, notLiveWords, problemWords } from "./texts/preflight.ts";

type ProcessReport = PreflightReport["processes"][number];

/** Rows of three: the process, what is told of it, and how it is. */
export function preflightRows(report: PreflightReport): readonly (readonly string[])[] {
  return report.processes.flatMap((each) => {
    const rows = [...toldOf(each), ...each.problems.map((one) => ["problem", problemWords(one)])];
    return rows.map((row, at) => [at === 0 ? each.process : "", ...row]);
  });
}

const verdicts = {
  passed: "passed",
  failed: "failed",
  "not-evaluated": "failed",
  "not-tried": "not tried",
} as const;

const places = {
  fresh: "in a new process",
  live: "on a copy of what the process holds now",
  "earlier-code": "on what the earlier code leaves",
  none: "it needs modules that aos does not have",
} as const;

function toldOf(each: ProcessReport): readonly (readonly string[])[] {
  const head = [verdicts[each.verdict], places[each.basis]];
  if (each.verdict === "not-tried") return [head, ["external", each.external.join(", ")]];
  const notLive = each.notLive === undefined ? [] : [["note", notLiveWords(each.notLive)]];
  if (each.verdict === "not-evaluated") return [head, ...notLive];
  const { handlers, checks, stateDigest, globals, gas, changes } = each;
  const globalWords = globals.map((one) => `${one.name} (${heldWords(one)})`);
  return [
    head,
    ...notLive,
    ["handlers", handlers.after.join(", ")],
    ["globals", globalWords.join(", ")],
    ["checks", String(checks)],
    ["state", shortDigest(stateDigest)],
    ...(gas === undefined ? [] : [["gas", String(gas)]]),
    ...changes.map((change) => ["warning", changeWords(change)]),
  ];
}
