import { Artifact_When } from "@slipway/pipeline-sdk/graph";
import type { Artifact, ArtifactUse, Graph, Job } from "@slipway/pipeline-sdk/graph";
import { block, call, named } from "./groovy.ts";
import type { Node } from "./groovy.ts";

/** Keeps files with the run for people, and beside it where another job fetches them. */
export function keepArtifact(graph: Graph, job: string, artifact: Artifact): readonly Node[] {
  const { name, paths, mayBeMissing } = artifact;
  const artifacts = patternsOf(paths);
  return [
    call(
      "archiveArtifacts",
      named({ artifacts, allowEmptyArchive: mayBeMissing || undefined, defaultExcludes: false }),
    ),
    ...(isUsed(graph, job, name)
      ? [
          call(
            "stash",
            named({
              name: stashName(job, name),
              includes: artifacts,
              allowEmpty: mayBeMissing || undefined,
              useDefaultExcludes: false,
            }),
          ),
        ]
      : []),
  ];
}

export function fetchArtifact({ name, jobs, path }: ArtifactUse): readonly Node[] {
  const nodes = jobs.map((job) => call("unstash", stashName(job, name)));
  return path === "" ? nodes : [block("dir", [path], nodes)];
}

export function isKeptAfterSuccess({ when }: Artifact): boolean {
  return when === Artifact_When.SUCCESS || when === Artifact_When.UNSPECIFIED;
}

/** A path may be that of a folder, which as a pattern is none. */
function patternsOf(paths: readonly string[]): string {
  return paths
    .map((path) => path.replace(/^\.\//, ""))
    .flatMap((path) => {
      if (path.endsWith("/")) return [`${path}**`];
      return /[*?]/.test(path) ? [path] : [path, `${path}/**`];
    })
    .join(",");
}

function isUsed(graph: Graph, job: string, name: string): boolean {
  return graph.workflows.some(({ jobs }) =>
    jobs.some(({ kind }) => {
      if (kind.case !== "work") return false;
      const downloads = kind.value.steps.flatMap((step) =>
        step.kind.case === "download" ? [step.kind.value] : [],
      );
      return [...kind.value.usesArtifacts, ...downloads].some(
        (use) => use.name === name && use.jobs.includes(job),
      );
    }),
  );
}

/** Jenkins takes few letters in it. */
function stashName(job: string, name: string): string {
  const plain = name.replaceAll(
    /[^A-Za-z0-9-]/gu,
    (letter) => `_${(letter.codePointAt(0) ?? 0).toString(16)}_`,
  );
  return `${job}.${plain}`;
}

/** All that a job keeps. */
export function artifactsOf({ kind }: Job): readonly Artifact[] {
  if (kind.case !== "work") return [];
  const uploads = kind.value.steps.flatMap((step) =>
    step.kind.case === "upload" ? [step.kind.value] : [],
  );
  return [...kind.value.artifacts, ...uploads];
}
