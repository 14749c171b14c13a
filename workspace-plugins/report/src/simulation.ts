import type {
  ChangeDecision,
  Disagreement,
  Fate,
  JobFate,
  Simulation,
} from "@slipway/pipelines/simulate";
import type { Decision } from "@slipway/pipelines/skipping";
import { whyDecided } from "./run-decisions.ts";
import { columns } from "./table.ts";

type Known = Decision | ChangeDecision;

/** A line for each job: whether it runs, with which providers, and why; then where a file would do something else. */
export function simulationLines(
  { jobs, disagreements }: Simulation,
  decisions: ReadonlyMap<string, Known>,
): readonly string[] {
  const rows = [...Map.groupBy(jobs, ({ workflow, job }) => `${workflow}.${job}`)].map(
    ([name, ofJob]) => rowOf(name, ofJob, decisions),
  );
  return [...columns(rows), ...disagreements.map(disagreementLine)];
}

function rowOf(
  name: string,
  ofJob: readonly JobFate[],
  decisions: ReadonlyMap<string, Known>,
): readonly string[] {
  const [first] = ofJob;
  if (first === undefined) return [];
  const providers = [...new Set(ofJob.map(({ provider }) => provider))].join(", ");
  return [name, first.fate.verdict, providers, whyOf(first.fate, decisions.get(first.job))];
}

function whyOf(fate: Fate, decision: Known | undefined): string {
  switch (fate.verdict) {
    case "run":
      if (fate.because === "asks-for-ends") return "its condition asks for the failure before it";
      return decision === undefined ? "" : whyKnown(decision);
    case "waits":
      return "for a person";
    case "depends":
      return `on what a run finds out: ${fate.condition}`;
    case "skip":
      return whySkipped(fate, decision);
  }
}

function whyKnown(decision: Known): string {
  if (decision.reason === "untouched") return "it reads nothing that changed";
  if (decision.reason === "touched") return "it reads what changed, or needs what does";
  return whyDecided(decision);
}

type Skipped = Extract<Fate, { readonly verdict: "skip" }>;

const filtered = {
  branch: "the branch",
  tag: "the tag",
  "base branch": "the branch to merge into",
  action: "what happened to the pull request,",
  schedule: "the time",
} as const;

function whySkipped(fate: Skipped, decision: Known | undefined): string {
  switch (fate.because) {
    case "not-started":
      return fate.why.reason === "no-trigger"
        ? `the workflow has no trigger for ${fate.why.event}`
        : `the triggers of the workflow leave out ${filtered[fate.why.of]} ${fate.why.name}`;
    case "condition": {
      const asked = fate.asked.map(({ what, value }) => `${what} is ${saidOf(value)}`);
      return [fate.condition, ...asked].join("; ");
    }
    case "unchanged":
      return decision === undefined ? "unchanged" : whyKnown(decision);
    case "ended-before":
      return `failed before it: ${fate.failed.join(", ")}`;
  }
}

function saidOf(value: string | undefined): string {
  if (value === undefined) return "not known";
  return value === "" ? "empty" : value;
}

function disagreementLine(one: Disagreement): string {
  switch (one.reason) {
    case "starts":
      return `! ${one.path} starts ${one.workflow}, which its triggers do not`;
    case "starts-not":
      return `! ${one.path} does not start ${one.workflow}, which its triggers do`;
    case "runs":
      return `! ${one.path} runs ${one.job}, which its condition does not: ${one.condition ?? "no if"}`;
    case "runs-not":
      return `! ${one.path} leaves out ${one.job}, which is to run: ${one.condition ?? "no if"}`;
    case "unreadable":
      return `! ${one.path} cannot be read: ${one.problem}`;
  }
}
