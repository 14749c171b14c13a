import { bundleProcess } from "@slipway/processes/bundle-process";
import { applyPlan, readPlan, signsAnything } from "@slipway/processes/plan";
import { preflightFor } from "@slipway/processes/preflight/project";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAoCall } from "./ao-call.ts";

const options = {
  "accept-state-loss": { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** A plan that was looked at, done: all of it, or nothing when anything has moved since. */
export async function applyDeployment(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [1, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const [file = ""] = read.value.words;
  const { taskAt, tell } = openAoCall(call, read.value.options);
  const plan = await readPlan(process.cwd(), file);
  if (!plan.ok) return tell(plan);
  const task = taskAt(plan.value.projectRoot);
  if (!task.ok) return tell(task);
  const bundled = await bundleProcess(task.value);
  if (!bundled.ok) return tell(bundled);
  if (signsAnything(plan.value)) {
    const tried = await preflightFor(task.value, plan.value.deployTarget);
    if (!tried.ok) return tell(tried);
  }
  const acceptStateLoss = read.value.options["accept-state-loss"];
  return tell(await applyPlan(task.value, plan.value, { acceptStateLoss }));
}
