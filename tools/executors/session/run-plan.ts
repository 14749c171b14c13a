import path from "node:path";
import { RecordedAction, readTextIfPresent, writeJson } from "@slipway/signature";
import type { Difference } from "@slipway/signature";
import { z } from "zod";

/** What a target depends on now, what of it is not as at its last success, and which of its outputs are not there. */
export type PlannedTarget = {
  readonly id: string;
  readonly action: RecordedAction;
  readonly differences: readonly Difference[];
  readonly missingOutputs: readonly string[];
};

const Plan = z.array(
  z.object({
    id: z.string(),
    action: RecordedAction,
    differences: z.array(z.custom<Difference>((value) => typeof value === "object")),
    missingOutputs: z.array(z.string()),
  }),
);

const TaskEnd = z.object({
  id: z.string(),
  status: z.enum([
    "success",
    "failure",
    "skipped",
    "stopped",
    "local-cache",
    "local-cache-kept-existing",
    "remote-cache",
  ]),
  durationMs: z.number(),
});
export type TaskEnd = z.output<typeof TaskEnd>;

export async function writeRunPlan(folder: string, plan: readonly PlannedTarget[]): Promise<void> {
  await writeJson(path.join(folder, "plan.json"), plan);
}

/** By target; empty where nothing was planned. */
export async function readRunPlan(folder: string): Promise<ReadonlyMap<string, PlannedTarget>> {
  const text = await readTextIfPresent(path.join(folder, "plan.json"));
  const plan = text === undefined ? [] : Plan.parse(JSON.parse(text));
  return new Map(plan.map((target) => [target.id, target]));
}

export async function writeRunResults(folder: string, ends: readonly TaskEnd[]): Promise<void> {
  await writeJson(path.join(folder, "results.json"), ends);
}

/** `undefined` while the command is still running. */
export async function readRunResults(folder: string): Promise<readonly TaskEnd[] | undefined> {
  const text = await readTextIfPresent(path.join(folder, "results.json"));
  return text === undefined ? undefined : z.array(TaskEnd).parse(JSON.parse(text));
}
