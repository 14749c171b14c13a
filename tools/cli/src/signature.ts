import path from "node:path";
import { jobSignatures } from "@slipway/pipelines/job-signatures";
import type { JobSignatures, SignedJobs } from "@slipway/pipelines/job-signatures";
import type { Failure } from "@slipway/report";
import { jobTable } from "@slipway/report/job-table";
import type { JobRow } from "@slipway/report/job-table";
import { openLines } from "@slipway/report/lines";
import type { Digest } from "@slipway/signature";
import { shortDigest } from "@slipway/signature/digest";
import { readFileSync, statSync } from "@slipway/signature/file-system";
import { fail } from "@slipway/signature/result";
import type { Result } from "@slipway/signature/result";
import { openWorkspaceTree } from "@slipway/signature/workspace-tree";
import { readArguments } from "./arguments.ts";
import type { Call } from "./call.ts";
import { jobDifferences, readJobRecord, recordJobs } from "./job-record.ts";
import { pipelinePlaceOf } from "./pipeline-place.ts";
import type { PipelinePlace } from "./pipeline-place.ts";
import { tellFailure, tellUsage } from "./tell.ts";
import { isWorkspace } from "./workspace.ts";

/** The work signatures of the jobs of a `cig.toml`. What is needed only where something has changed is loaded there. */
export async function signature({ workspaceRoot, args }: Call): Promise<number> {
  const options = { json: { type: "boolean" }, record: { type: "boolean" } } as const;
  const read = readArguments(args, { options, words: [0, Number.POSITIVE_INFINITY] });
  if (!read.ok) return tellUsage(read.failure);
  const { words } = read.value;
  if (isOfTargets(words)) {
    const { printSignatures } = await import("./target-signatures.ts");
    return printSignatures(workspaceRoot, words, { json: read.value.options.json === true });
  }
  const place = pipelinePlaceOf(words[0] ?? ".");
  const jobs = await signJobsAt(place);
  const { json = false, record = false } = read.value.options;
  if (!jobs.ok) return tellFailure(jobs.failure, { json });
  const rows = await rowsOf(place, jobs.value);
  const { line } = openLines();
  const unsigned = unsignedOf(jobs.value);
  line(json ? jsonOf(place, jobs.value, rows, unsigned) : jobTable(rows).join("\n"));
  if (record) {
    await recordJobs(place, jobs.value);
    if (!json) line("recorded: from now on these are what each job is compared with");
  }
  for (const [of, failure] of json ? [] : unsigned) await tellFailure(failure, { json, of });
  return unsigned.length === 0 ? 0 : 1;
}

/** Ids, or nothing in a workspace: one word that is there on disk, or that is written as a path, is a pipeline. */
function isOfTargets(words: readonly string[]): boolean {
  const [word = "."] = words;
  const stat = statSync(word, { throwIfNoEntry: false });
  if (words.length === 0) {
    return isWorkspace(".") || statSync("cig.toml", { throwIfNoEntry: false }) === undefined;
  }
  return stat === undefined && (word.includes(":") || !/[/.]/.test(word));
}

/** The work signatures of the jobs of a `cig.toml`, as its files are now. */
export async function signJobsAt({
  root,
  file,
}: PipelinePlace): Promise<Result<JobSignatures, Failure>> {
  const absolute = path.join(root, file);
  if (statSync(absolute, { throwIfNoEntry: false }) === undefined) {
    return fail({ reason: "pipeline-missing", file });
  }
  // Ctrl-C ends the process: there is nothing to put back.
  const { signal } = new AbortController();
  const tree = await openWorkspaceTree(root, signal);
  if (!tree.ok) return tree;
  const text = readFileSync(absolute, "utf8");
  const from = { tree: tree.value, environment: process.env };
  const signed = await jobSignatures({ file, text }, from, signal);
  await tree.value.save({ isSparing: true });
  return signed;
}

async function rowsOf(place: PipelinePlace, jobs: JobSignatures): Promise<readonly JobRow[]> {
  const record = readJobRecord(place);
  const isChanged = [...jobs.signatures].some(
    ([id, digest]) => stateOf(digest, record.get(id)) === "changed",
  );
  const signed = isChanged ? await jobs.withActions() : undefined;
  const rows: JobRow[] = [];
  for (const [id, digest] of jobs.signatures) {
    const state = stateOf(digest, record.get(id));
    const why = state === "changed" ? await whyChanged(place, id, signed) : "";
    rows.push({ id, signature: shortDigest(digest), state, why });
  }
  return rows;
}

function stateOf(now: Digest, recorded: Digest | undefined): JobRow["state"] {
  if (recorded === undefined) return "not-recorded";
  return now === recorded ? "unchanged" : "changed";
}

/** The first thing that is different, as in the table of a run. */
async function whyChanged(
  place: PipelinePlace,
  id: string,
  signed: SignedJobs | undefined,
): Promise<string> {
  const [first, ...more] = await jobDifferences(place, id, signed);
  if (first === undefined) return "";
  const { describeDifference } = await import("@slipway/report");
  const words = describeDifference(first);
  return more.length === 0 ? words : `${words}, and ${more.length} more`;
}

/** The same bytes for the same signatures and states. */
function jsonOf(
  { file }: PipelinePlace,
  { signatures }: JobSignatures,
  rows: readonly JobRow[],
  unsigned: Unsigned,
): string {
  const idsOf = (wanted: JobRow["state"]): readonly string[] =>
    rows.filter(({ state }) => state === wanted).map(({ id }) => id);
  const jobs = Object.fromEntries(signatures);
  const unchanged = idsOf("unchanged").length;
  const found = {
    schema: 1,
    file,
    jobs,
    unchanged,
    changed: idsOf("changed"),
    notRecorded: idsOf("not-recorded"),
    unsigned: Object.fromEntries(unsigned),
  };
  return JSON.stringify(found, undefined, 2);
}

type Unsigned = readonly (readonly [id: string, failure: Failure])[];

function unsignedOf({ signed }: JobSignatures): Unsigned {
  return [...(signed?.targets ?? [])].flatMap(([id, target]) =>
    target.ok ? [] : [[id, target.failure] as const],
  );
}
