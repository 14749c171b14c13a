import path from "node:path";
import { bundleProcess } from "@slipway/processes/bundle-process";
import { planProject } from "@slipway/processes/plan";
import { deployTargetOf } from "@slipway/processes/target-of";
import { planRows } from "@slipway/report/ao-plan";
import { writeJson } from "@slipway/signature";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAoCall } from "./ao-call.ts";

const options = {
  target: { type: "string" },
  out: { type: "string" },
  json: { type: "boolean" },
} as const;

/** The Lua as it is now, bundled, and what deploying it would do. Nothing is signed or sent. */
export async function planDeployment(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { json, target, out } = read.value.options;
  const { taskOf, tell, show, progress } = openAoCall(call, { json });
  const task = taskOf(read.value.words[0]);
  if (!task.ok) return tell(task);
  const named = await deployTargetOf(task.value, target);
  if (!named.ok) return tell(named);
  const { deployTarget } = named.value;
  const bundled = await bundleProcess(task.value);
  if (!bundled.ok) return tell(bundled);
  const plan = await planProject(task.value, { deployTarget });
  if (!plan.ok) return tell(plan);
  if (out !== undefined) {
    await writeJson(path.resolve(out), plan.value);
    progress(`do exactly this: slipway ao apply ${out}`);
  }
  return show({ plan: plan.value }, planRows(plan.value));
}
