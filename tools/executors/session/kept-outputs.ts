import path from "node:path";
import { readTextIfPresent, writeJson } from "@slipway/signature/basics";
import { z } from "zod";
import { digestOfOutputs } from "./outputs.ts";

/** What a task made, by the hash that Nx keeps it under. */
const Kept = z.array(
  z.object({ hash: z.string(), outputs: z.array(z.string()), digest: z.string() }),
);

/** Of each task; Nx itself forgets old results too. */
const mostKept = 100;

function keptFile(workspaceRoot: string, id: string): string {
  return path.join(workspaceRoot, ".slipway", "outputs", `${encodeURIComponent(id)}.json`);
}

/** Remembers what a task has made, so that what Nx brings back later can be compared. */
export async function keepOutputs(
  workspaceRoot: string,
  task: { readonly id: string; readonly hash: string; readonly outputs: readonly string[] },
): Promise<void> {
  const { id, hash, outputs } = task;
  const file = keptFile(workspaceRoot, id);
  const before = (await readKept(file)).filter((one) => one.hash !== hash);
  const made = { hash, outputs, digest: digestOfOutputs(workspaceRoot, outputs) };
  await writeJson(file, [made, ...before].slice(0, mostKept));
}

/** Whether the outputs on disk are those that the task made under this hash. One that nobody remembers is. */
export async function areOutputsKept(
  workspaceRoot: string,
  task: { readonly id: string; readonly hash: string },
): Promise<boolean> {
  const kept = await readKept(keptFile(workspaceRoot, task.id));
  const made = kept.find(({ hash }) => hash === task.hash);
  return made === undefined || digestOfOutputs(workspaceRoot, made.outputs) === made.digest;
}

async function readKept(file: string): Promise<z.output<typeof Kept>> {
  const text = await readTextIfPresent(file);
  return text === undefined ? [] : Kept.parse(JSON.parse(text));
}
