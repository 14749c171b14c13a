import { Skip_Mode } from "@slipway/pipeline-sdk/graph";
import type { Job, Workflow } from "@slipway/pipeline-sdk/graph";
import type { OutputFile, Skipping } from "@slipway/pipeline-sdk/protocol";
import { shellQuoted } from "@slipway/pipeline-sdk/shell-job";
import { trustedPlugins } from "./caches.ts";
import { leftOutKey } from "./conditions.ts";
import { freeKey } from "./free-key.ts";
import { needsOf } from "./needs.ts";
import { compact, positive } from "./plain.ts";
import type { Table } from "./plain.ts";
import { any, expressionText } from "./expressions.ts";
import { triggerExpression } from "./triggers.ts";
import { unknown } from "./unknown.ts";

/** Whether it is asked for a job if it has to run. */
export function isAsking({ kind }: Job): boolean {
  if (kind.case !== "work" || kind.value.skip === undefined) return false;
  switch (kind.value.skip.mode) {
    case Skip_Mode.AUTO:
    case Skip_Mode.ASKED:
      return true;
    case Skip_Mode.UNSPECIFIED:
    case Skip_Mode.NEVER:
      return false;
  }
  throw unknown("a mode of skipping");
}

/** Uploads the steps, those that need not run marked as left out; whatever goes wrong, as they are. */
export function decidingStep(
  workflows: readonly Workflow[],
  { secondPath }: OutputFile,
  skipping: Skipping,
): Table {
  const asking = workflows.filter(({ jobs }) => jobs.some(isAsking));
  const decisions = asking.map(({ id }, at) => {
    const from = at === 0 ? shellQuoted(secondPath) : `"$folder/${at}"`;
    return `${skipping.decide} --provider buildkite --workflow ${id} --file ${from} >"$folder/${at + 1}"`;
  });
  const script = [...installLines(skipping), ...decisions].join("\n");
  const limit = skipping.timeoutMinutes === 0 ? "" : `timeout ${skipping.timeoutMinutes * 60} `;
  const last = `"$folder/${asking.length}"`;
  const key = shellQuoted(`uploaded/${secondPath}`);
  const command = [
    // Steps are uploaded once: their keys are taken then.
    `if buildkite-agent meta-data exists ${key}; then exit 0; fi`,
    `upload() { buildkite-agent pipeline upload "$1" && { buildkite-agent meta-data set ${key} yes || :; }; }`,
    "folder=$(mktemp -d) && export folder",
    `if ${limit}sh -e -c ${shellQuoted(script)} && [ -s ${last} ] && upload ${last}; then exit 0; fi`,
    "echo 'which jobs need not run is not known: all do'",
    `upload ${shellQuoted(secondPath)}`,
  ].join("\n");
  return compact({
    label: "signatures",
    depends_on: [],
    if: eventsOf(workflows),
    command,
    plugins: folderPlugins(skipping, false),
    secrets: skipping.secrets,
    // An agent that is lost decides nothing.
    retry: { automatic: [{ exit_status: -1, limit: 2 }] },
  });
}

type Asking = {
  readonly workflow: string;
  readonly job: Job;
  /** Ids of jobs before it. */
  readonly before: readonly string[];
};

/**
 * Records the successes at the end, where our own binary runs on the agent itself; of what comes after an approval in a step of its own,
 * for that may wait for ever.
 */
export function recordingSteps(
  workflows: readonly Workflow[],
  skipping: Skipping,
  taken: ReadonlySet<string>,
): readonly Table[] {
  const groups = Map.groupBy(workflows.flatMap(askingJobs), ({ approvals }) => approvals);
  return [...groups.values()].map((jobs, at) => {
    const key = freeKey(at === 0 ? "record-signatures" : `record-signatures-${at + 1}`, taken);
    return recordingStep(jobs, workflows, skipping, key);
  });
}

function askingJobs({ id, jobs }: Workflow): readonly (Asking & { readonly approvals: string })[] {
  const needs = needsOf(jobs);
  const approvals = new Set(jobs.flatMap((job) => (job.kind.case === "approval" ? [job.id] : [])));
  return jobs.filter(isAsking).map((job) => {
    const before = needs.all(job);
    const waits = before.filter((need) => approvals.has(need)).toSorted();
    return { workflow: id, job, before, approvals: waits.join(" ") };
  });
}

function recordingStep(
  jobs: readonly Asking[],
  workflows: readonly Workflow[],
  skipping: Skipping,
  key: string,
): Table {
  const records = jobs.map(
    ({ job, workflow }) =>
      `if succeeded ${job.id}; then ${skipping.record} --provider buildkite --workflow ${workflow} --job ${job.id} || :; fi`,
  );
  const ends = new Set(jobs.flatMap(({ job, before }) => [...before, job.id]));
  return compact({
    label: "record signatures",
    key,
    depends_on: [...ends].map((step) => ({ step, allow_failure: true })),
    if: eventsOf(workflows),
    command: [...installLines(skipping), succeeded, ...records].join("\n"),
    plugins: folderPlugins(skipping, true),
    secrets: skipping.secrets,
    timeout_in_minutes: positive(skipping.timeoutMinutes),
    soft_fail: true,
  });
}

function installLines({ install }: Skipping): readonly string[] {
  return install === "" ? [] : [install];
}

/** A job that its own guard left out ends well, and did nothing. */
const succeeded = `succeeded() {
  [ "$(buildkite-agent step get outcome --step "$1" 2>/dev/null)" = passed ] &&
    [ "$(buildkite-agent meta-data get "${leftOutKey("$1")}" --default no)" = no ]
}`;

/** What branches keep and what a pull request keeps are two things; so are two branches. */
function folderPlugins({ folder }: Skipping, isSaved: boolean): readonly Table[] {
  if (folder === "") return [];
  return trustedPlugins({
    folder,
    level: "branch",
    files: [],
    key: "signatures",
    backend: undefined,
    isSaved,
    isForced: true,
  });
}

/** For a build that none of the workflows is for, there is nothing to find out. */
function eventsOf(workflows: readonly Workflow[]): string | undefined {
  const expressions = workflows.map(({ triggers }) => triggerExpression(triggers));
  const known = expressions.flatMap((one) => one ?? []);
  return known.length < expressions.length ? undefined : expressionText(any(...known));
}
