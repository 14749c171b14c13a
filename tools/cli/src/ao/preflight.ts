import { bundleProcess } from "@slipway/processes/bundle-process";
import { judgePreflight, preflight } from "@slipway/processes/preflight";
import { liveCandidates } from "@slipway/processes/preflight/live";
import { newCandidates } from "@slipway/processes/preflight/new-process";
import { readSources } from "@slipway/processes/preflight/source";
import { preflightRows } from "@slipway/report/preflight-rows";
import { ok } from "@slipway/signature/result";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAoCall } from "./ao-call.ts";

const options = {
  live: { type: "boolean" },
  target: { type: "string" },
  "accept-state-loss": { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** The Lua as it is now, bundled and run on this machine. Nothing is signed. */
export async function preflightProcesses(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { json, live = false, target = "", ...flags } = read.value.options;
  if (live !== (target !== "")) {
    const problem = "--live goes with the --target whose state is meant";
    return tellUsage({ reason: "arguments-invalid", problem });
  }
  const { taskOf, tell, show } = openAoCall(call, { json });
  const task = taskOf(read.value.words[0]);
  if (!task.ok) return tell(task);
  const bundled = await bundleProcess(task.value);
  if (!bundled.ok) return tell(bundled);
  const sources = await readSources(task.value);
  if (!sources.ok) return tell(sources);
  const candidates = live
    ? await liveCandidates(task.value, target, sources.value)
    : ok(newCandidates(task.value.projectName, sources.value));
  if (!candidates.ok) return tell(candidates);
  const report = await preflight(candidates.value, task.value);
  if (!report.ok) return tell(report);
  const acceptStateLoss = flags["accept-state-loss"] === true;
  const judged = judgePreflight(report.value, { acceptStateLoss });
  const failure = judged.ok ? {} : { failure: judged.failure };
  show({ ...report.value, ...failure }, preflightRows(report.value));
  return judged.ok ? 0 : json === true ? 1 : tell(judged);
}
