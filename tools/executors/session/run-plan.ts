import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Failure } from "@slipway/report";
import { isDigest, readTextIfPresent, writeJson } from "@slipway/signature/basics";
import type { Difference, Digest, InputStamps, RecordedAction } from "@slipway/signature";
import { z } from "zod";
import { taskFile } from "./run-folder.ts";

/** What is known of a target before its task runs. */
export type PlannedTarget =
  | {
      readonly id: string;
      readonly state: "signed";
      /** What it depends on now. */
      readonly action: RecordedAction;
      /** What of it is not as at its last success. */
      readonly differences: readonly Difference[];
      readonly missingOutputs: readonly string[];
      /** It does nothing itself, and has no row. */
      readonly isGroup?: boolean | undefined;
    }
  | {
      readonly id: string;
      /** As at its last success, which is on record: its action is not written down again. */
      readonly state: "recorded";
      readonly isCached: boolean;
      /** Ids. */
      readonly upstreams: readonly string[];
      readonly missingOutputs: readonly string[];
      readonly isGroup?: boolean | undefined;
    }
  | { readonly id: string; readonly state: "unsigned"; readonly failure: Failure };

const Stamp = z.string().optional();

const PlannedInputs: z.ZodType<InputStamps> = z.object({
  files: z.array(
    z.union([
      z.object({
        path: z.string(),
        digest: z.custom<Digest>((value) => typeof value === "string" && isDigest(value)),
        sizeBytes: z.number(),
        executable: z.boolean(),
        stamp: Stamp,
      }),
      z.object({ path: z.string(), symlink: z.string(), stamp: Stamp }),
    ]),
  ),
  absent: z.array(z.string()),
  folders: z.array(
    z.union([
      z.object({
        path: z.string(),
        names: z.array(z.string()).optional(),
        outputs: z.array(z.string()),
      }),
      z.object({ path: z.string(), stamp: Stamp }),
    ]),
  ),
  filesets: z.array(z.object({ patterns: z.array(z.string()), includesIgnored: z.boolean() })),
});

const PlannedTarget = z.discriminatedUnion("state", [
  z.object({
    id: z.string(),
    state: z.literal("signed"),
    action: z.custom<RecordedAction>((value) => typeof value === "object"),
    differences: z.array(z.custom<Difference>((value) => typeof value === "object")),
    missingOutputs: z.array(z.string()),
    isGroup: z.boolean().optional(),
  }),
  z.object({
    id: z.string(),
    state: z.literal("recorded"),
    isCached: z.boolean(),
    upstreams: z.array(z.string()),
    missingOutputs: z.array(z.string()),
    isGroup: z.boolean().optional(),
  }),
  z.object({
    id: z.string(),
    state: z.literal("unsigned"),
    failure: z.custom<Failure>((value) => typeof value === "object"),
  }),
]);

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

/** One file a target: a task reads its own. The folder is this command's alone, so nobody reads half a file. */
export async function writeRunPlan(folder: string, plan: readonly PlannedTarget[]): Promise<void> {
  await mkdir(path.join(folder, "plan"), { recursive: true });
  for (const target of plan) {
    await writeFile(taskFile(folder, "plan", target.id), JSON.stringify(target));
  }
}

/** What a task looks at before and after its work, beside the plan: others that read plans have no use for it. */
export async function writePlannedInputs(
  folder: string,
  id: string,
  inputs: InputStamps,
): Promise<void> {
  await mkdir(path.join(folder, "inputs"), { recursive: true });
  await writeFile(taskFile(folder, "inputs", id), JSON.stringify(inputs));
}

/** `undefined` for a target that is not cached: nobody is served what it makes. */
export async function readPlannedInputs(
  folder: string,
  id: string,
): Promise<InputStamps | undefined> {
  const text = await readTextIfPresent(taskFile(folder, "inputs", id));
  return text === undefined ? undefined : PlannedInputs.parse(JSON.parse(text));
}

/** `undefined` where nothing was planned for it. */
export async function readPlannedTarget(
  folder: string,
  id: string,
): Promise<PlannedTarget | undefined> {
  const text = await readTextIfPresent(taskFile(folder, "plan", id));
  return text === undefined ? undefined : PlannedTarget.parse(JSON.parse(text));
}

/** By target; empty where nothing was planned. */
export async function readRunPlan(folder: string): Promise<ReadonlyMap<string, PlannedTarget>> {
  const plan = path.join(folder, "plan");
  const names = await readdir(plan).catch((): string[] => []);
  const targets = await Promise.all(
    names.toSorted().map(async (name) => {
      const text = await readTextIfPresent(path.join(plan, name));
      return PlannedTarget.parse(JSON.parse(text ?? ""));
    }),
  );
  return new Map(targets.map((target) => [target.id, target]));
}

export async function writeRunResults(folder: string, ends: readonly TaskEnd[]): Promise<void> {
  await writeJson(path.join(folder, "results.json"), ends);
}

/** `undefined` while the command is still running. */
export async function readRunResults(folder: string): Promise<readonly TaskEnd[] | undefined> {
  const text = await readTextIfPresent(path.join(folder, "results.json"));
  return text === undefined ? undefined : z.array(TaskEnd).parse(JSON.parse(text));
}
