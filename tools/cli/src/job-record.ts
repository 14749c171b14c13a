import path from "node:path";
import { readSignatures } from "@slipway/pipelines/job-signatures";
import type { JobSignatures, SignedJobs } from "@slipway/pipelines/job-signatures";
import type { Difference, Digest, RecordedAction } from "@slipway/signature";
import { readFileSync } from "@slipway/signature/file-system";
import type { PipelinePlace } from "./pipeline-place.ts";

/** The signatures at the last recorded success of each job; empty where none is recorded. */
export function readJobRecord(place: PipelinePlace): ReadonlyMap<string, Digest> {
  try {
    const record: unknown = JSON.parse(readFileSync(recordFile(place), "utf8"));
    return readSignatures(record) ?? new Map<string, Digest>();
  } catch (error) {
    // A record that is missing or damaged records nothing: every job counts as one that has to run.
    if (error instanceof SyntaxError || isMissing(error)) return new Map<string, Digest>();
    throw error;
  }
}

/** Takes it that every job has succeeded as it is now. The actions of those that have changed are kept to be compared. */
export async function recordJobs(
  place: PipelinePlace,
  { signatures, withActions }: JobSignatures,
): Promise<void> {
  const before = readJobRecord(place);
  const changed = [...signatures].filter(([id, signature]) => before.get(id) !== signature);
  if (changed.length === 0 && before.size === signatures.size) return;
  const { recordActions, writeJson } = await import("@slipway/signature");
  const signed = await withActions();
  const actions: RecordedAction[] = [];
  for (const [id] of changed) {
    const target = signed?.targets.get(id);
    if (target?.ok === true) actions.push(await target.value.action());
  }
  await recordActions(actionsFolderOf(place), actions);
  await writeJson(recordFile(place), Object.fromEntries(signatures));
}

/** Why a job is not as at its last recorded success; empty where its action was not kept. */
export async function jobDifferences(
  place: PipelinePlace,
  id: string,
  signed: SignedJobs | undefined,
): Promise<readonly Difference[]> {
  const target = signed?.targets.get(id);
  if (target?.ok !== true) return [];
  const { explainSignature, readRecordedAction } = await import("@slipway/signature");
  const before = await readRecordedAction(actionsFolderOf(place), id);
  if (!before.ok || before.value === undefined) return [];
  return explainSignature(before.value, await target.value.action());
}

function folderOf({ root, file }: PipelinePlace): string {
  return path.join(root, ".slipway", "jobs", encodeURIComponent(file));
}

function recordFile(place: PipelinePlace): string {
  return path.join(folderOf(place), "succeeded.json");
}

function actionsFolderOf(place: PipelinePlace): string {
  return path.join(folderOf(place), "actions");
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
