import { bundleProcess } from "@slipway/processes/bundle-process";
import { applyPlan, planProject, signsAnything } from "@slipway/processes/plan";
import { preflightFor } from "@slipway/processes/preflight/project";
import { deployTargetOf } from "@slipway/processes/target-of";
import { planRows } from "@slipway/report/ao-plan";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { confirm } from "../confirm.ts";
import { tellUsage } from "../tell.ts";
import { openAoCall } from "./ao-call.ts";

const options = {
  target: { type: "string" },
  yes: { type: "boolean", short: "y" },
  "accept-state-loss": { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** Plan and apply in one: what is shown is done, where a person says so or nobody else is concerned. */
export async function deployProcesses(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { target: asked, yes = false, json, ...flags } = read.value.options;
  const acceptStateLoss = flags["accept-state-loss"];
  const { taskOf, tell, show, signal } = openAoCall(call, { json });
  const task = taskOf(read.value.words[0]);
  if (!task.ok) return tell(task);
  const target = await deployTargetOf(task.value, asked);
  if (!target.ok) return tell(target);
  const { deployTarget, isLocal } = target.value;
  const bundled = await bundleProcess(task.value);
  if (!bundled.ok) return tell(bundled);
  const plan = await planProject(task.value, { deployTarget, acceptStateLoss });
  if (!plan.ok) return tell(plan);
  if (signsAnything(plan.value)) {
    if (json !== true) show({}, planRows(plan.value));
    const tried = await preflightFor(task.value, deployTarget);
    if (!tried.ok) return tell(tried);
    const confirmed = await confirm({ word: deployTarget, isGiven: yes || isLocal, signal });
    if (!confirmed.ok) return tell(confirmed);
  }
  return tell(await applyPlan(task.value, plan.value, { acceptStateLoss }));
}
