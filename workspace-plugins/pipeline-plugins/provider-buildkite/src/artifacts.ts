import { create } from "@bufbuild/protobuf";
import { Artifact_When, ConditionSchema, Status } from "@slipway/pipeline-sdk/graph";
import type { Artifact, ArtifactUse, Condition, Graph, Job } from "@slipway/pipeline-sdk/graph";
import { shellQuoted } from "@slipway/pipeline-sdk/shell-job";
import type { ShellStep } from "@slipway/pipeline-sdk/shell-job";
import { unknown } from "./unknown.ts";

/** Buildkite keeps files by their paths. One that is a folder stands for what is in it. */
function patternsOf({ paths }: Artifact): readonly string[] {
  return paths.flatMap((path) => {
    const plain = path.replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
    if (/[*?[{]/.test(plain)) return [plain];
    return plain === "." || plain === "" ? ["**/*"] : [plain, `${plain}/**/*`];
  });
}

export function uploadStep(artifact: Artifact, condition: Condition | undefined): ShellStep {
  const patterns = patternsOf(artifact);
  const upload = `buildkite-agent artifact upload ${shellQuoted(patterns.join(";"))}`;
  return {
    name: `keep ${artifact.name}`,
    condition,
    command: artifact.mayBeMissing ? upload : [upload, ...mustBeThere(patterns)].join("\n"),
  };
}

/** No file is no failure for the agent. */
function mustBeThere(patterns: readonly string[]): readonly string[] {
  const searches = patterns.map(
    (pattern) =>
      `buildkite-agent artifact search ${shellQuoted(pattern)} --step "$BUILDKITE_JOB_ID" >/dev/null 2>&1`,
  );
  return [`${searches.join(" ||\n  ")} ||`, "  { echo 'there is no file to keep'; exit 1; }"];
}

/** After which end of the job an artifact of it is kept. */
export function endOf({ when }: Artifact): Condition | undefined {
  switch (when) {
    case Artifact_When.UNSPECIFIED:
    case Artifact_When.SUCCESS:
      return undefined;
    case Artifact_When.FAILURE:
      return statusIs(Status.FAILURE);
    case Artifact_When.ALWAYS:
      return statusIs(Status.ALWAYS);
  }
  throw unknown("the end of a job");
}

function statusIs(status: Status): Condition {
  return create(ConditionSchema, { kind: { case: "status", value: status } });
}

export function downloadStep(graph: Graph, use: ArtifactUse): ShellStep {
  const fetches = use.jobs.flatMap((id) => {
    const artifact = artifactOf(graph, id, use.name);
    return artifact === undefined ? [] : [fetchLines(artifact, id, use.path)];
  });
  return { name: `fetch ${use.name}`, command: fetches.join("\n") };
}

function fetchLines(artifact: Artifact, job: string, path: string): string {
  const to = shellQuoted(path === "" ? "." : path.endsWith("/") ? path : `${path}/`);
  const fetches = patternsOf(artifact).map(
    (pattern) =>
      `buildkite-agent artifact download ${shellQuoted(pattern)} ${to} --step ${shellQuoted(job)}`,
  );
  const lines = ["found=", ...fetches.map((fetch) => `if ${fetch}; then found=yes; fi`)];
  const message = shellQuoted(`${artifact.name} of ${job} has no file`);
  return [
    ...lines,
    ...(artifact.mayBeMissing ? [] : [`[ -n "$found" ] || { echo ${message}; exit 1; }`]),
  ].join("\n");
}

function artifactOf(graph: Graph, id: string, name: string): Artifact | undefined {
  const jobs: readonly Job[] = graph.workflows.flatMap((workflow) => workflow.jobs);
  const job = jobs.find((one) => one.id === id);
  if (job?.kind.case !== "work") return undefined;
  const { artifacts, steps } = job.kind.value;
  const uploads = steps.flatMap(({ kind }) => (kind.case === "upload" ? [kind.value] : []));
  return [...artifacts, ...uploads].find((one) => one.name === name);
}
