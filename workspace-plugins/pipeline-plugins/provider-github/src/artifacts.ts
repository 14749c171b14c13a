import { Artifact_When } from "@slipway/pipeline-sdk/graph";
import type { Artifact, ArtifactUse, Job, Workflow } from "@slipway/pipeline-sdk/graph";
import { actions } from "./actions.ts";
import { quoted, unknownKind } from "./expressions.ts";
import { compact, positive } from "./plain.ts";
import type { Plain } from "./plain.ts";

/** A step without what every kind of step may have. */
export type StepKind = {
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Plain;
  readonly run?: string;
  readonly shell?: string;
  readonly folder?: string;
};

/** Ids of the jobs of a workflow that keep an artifact of each name. */
export type Makers = ReadonlyMap<string, readonly string[]>;

export function makersIn({ jobs }: Workflow): Makers {
  const found = new Map<string, readonly string[]>();
  for (const job of jobs) {
    for (const { name } of artifactsOf(job)) {
      const before = found.get(name) ?? [];
      if (!before.includes(job.id)) found.set(name, [...before, job.id]);
    }
  }
  return found;
}

export function artifactsOf({ kind }: Job): readonly Artifact[] {
  if (kind.case !== "work") return [];
  const uploads = kind.value.steps.flatMap((step) =>
    step.kind.case === "upload" ? [step.kind.value] : [],
  );
  return [...kind.value.artifacts, ...uploads];
}

/** Names are of a whole run: jobs that keep the same would write over each other. */
function nameOf(name: string, job: string, makers: Makers): string {
  return (makers.get(name)?.length ?? 0) > 1 ? `${name}-${job}` : name;
}

/**
 * A file that is never there. The action leaves out of the paths of files what all that it looks through have in common, by the
 * patterns alone: with this one that is the workspace, and files come back where they were.
 */
const workspaceMark = ".slipway-workspace";

export function uploadKind(job: Job, artifact: Artifact, makers: Makers): StepKind {
  return {
    name: `keep ${quoted(artifact.name)}`,
    uses: actions.upload,
    with: compact({
      name: quoted(nameOf(artifact.name, job.id, makers)) + partSuffix(job),
      path: quoted([...artifact.paths, workspaceMark].join("\n")),
      "retention-days": positive(artifact.retentionDays),
      "if-no-files-found": artifact.mayBeMissing ? "ignore" : "error",
      "include-hidden-files": true,
    }),
  };
}

/** The end of the job after which it is kept, as a condition. */
export function endOf(when: Artifact_When): string | undefined {
  switch (when) {
    case Artifact_When.UNSPECIFIED:
    case Artifact_When.SUCCESS:
      return undefined;
    case Artifact_When.FAILURE:
      return "failure()";
    case Artifact_When.ALWAYS:
      return "always()";
    default:
      throw unknownKind("end of a job");
  }
}

/** What test runners wrote, for people: GitHub reads no such file itself. */
export function reportKind(job: Job, paths: readonly string[]): StepKind {
  return {
    name: "keep test reports",
    if: "${{ always() }}",
    uses: actions.upload,
    with: {
      name: `test-reports-${job.id}${partSuffix(job)}`,
      path: quoted(paths.join("\n")),
      "if-no-files-found": "ignore",
    },
  };
}

/** Equal runs of a job beside each other are told apart by their number. */
function partSuffix({ kind }: Job): string {
  return kind.case === "work" && kind.value.parallelism > 1 ? "-${{ strategy.job-index }}" : "";
}

/** One step for each job that made it. */
export function downloadKinds(
  use: ArtifactUse,
  jobs: readonly Job[],
  makers: Makers,
): readonly StepKind[] {
  return use.jobs.map((id) => {
    const maker = jobs.find((job) => job.id === id);
    if (maker === undefined) throw new Error(`internal: ${use.name} is of ${id}, which is no job`);
    const name = nameOf(use.name, id, makers);
    const from =
      partSuffix(maker) === ""
        ? { name: quoted(name) }
        : { pattern: `${quoted(literalPattern(name))}-+([0-9])`, "merge-multiple": true };
    return {
      name: `fetch ${quoted(name)}`,
      uses: actions.download,
      with: compact({ ...from, path: quoted(use.path) }),
    };
  });
}

function literalPattern(text: string): string {
  return text.replaceAll(/[[\]{}()!+@]/g, "[$&]");
}
