import { verifyProcess } from "@slipway/processes/verify";
import { releasePackages } from "@slipway/processes/release/release";
import { stepRows } from "@slipway/processes/release/step";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAoCall } from "./ao-call.ts";

const options = {
  target: { type: "string" },
  tag: { type: "string" },
  "move-back": { type: "boolean" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** The npm packages of a project, once its processes are verified. */
export async function releaseProject(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { target, tag, json, ...flags } = read.value.options;
  const { taskOf, tell, show } = openAoCall(call, { json });
  const task = taskOf(read.value.words[0]);
  if (!task.ok) return tell(task);
  const isDryRun = flags["dry-run"] === true;
  const asked = { deployTarget: target, tag, mayMoveBack: flags["move-back"], isDryRun };
  const released = await releasePackages(task.value, asked, { verify: verifyProcess });
  if (!released.ok) return tell(released);
  return show({ isDryRun, versions: released.value }, stepRows(released.value));
}
