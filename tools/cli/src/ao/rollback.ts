import { rollback } from "@slipway/processes/rollback";
import { rollbackRows } from "@slipway/report/ao-promotion";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAoCall } from "./ao-call.ts";
import { takeWay } from "./rollback-way.ts";

const options = {
  target: { type: "string" },
  process: { type: "string" },
  "accept-state-loss": { type: "boolean" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** One process of an environment, as it was. */
export async function rollBackProcess(call: Call): Promise<number> {
  const way = takeWay(call.args);
  if (!way.ok) return tellUsage(way.failure);
  const read = readArguments(way.value.rest, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { target, process: name, "dry-run": isDryRun = false, json, ...flags } = read.value.options;
  if (target === undefined) {
    return tellUsage({ reason: "arguments-invalid", problem: "--target is missing" });
  }
  const { taskOf, tell, show } = openAoCall(call, { json });
  const task = taskOf(read.value.words[0]);
  if (!task.ok) return tell(task);
  const acceptStateLoss = flags["accept-state-loss"];
  const asked = { deployTarget: target, process: name, way: way.value.way, isDryRun };
  const rolled = await rollback(task.value, { ...asked, acceptStateLoss });
  return rolled.ok ? show({ ...rolled.value }, rollbackRows(rolled.value)) : tell(rolled);
}
