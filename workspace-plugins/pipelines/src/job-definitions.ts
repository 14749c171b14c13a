import { compareBytes } from "@slipway/signature";
import type { Fileset, TargetDefinition } from "@slipway/signature";
import { instancesOf } from "./job-instances.ts";
import type { JobInstance } from "./job-instances.ts";
import type { Job, Pipeline } from "./pipeline.ts";
import { groupOf } from "./references.ts";

/** Names the kind of action that a job is. */
const jobExecutor = "cig:job";

/**
 * Each job of a pipeline, and each instance of one with a matrix, as what signatures are made from. Only what can change the
 * result of a job is in it: no descriptions, no outputs of providers, no conditions under which it is left out.
 * `projectRoot` is the folder of the `cig.toml`, relative to the workspace.
 */
export function jobDefinitions(
  pipeline: Pipeline,
  projectRoot: string,
): readonly TargetDefinition[] {
  const project = pipeline.project.name;
  const instances = new Map(
    Object.entries(pipeline.jobs).map(([id, job]) => [id, instancesOf(id, job)]),
  );
  return Object.entries(pipeline.jobs).flatMap(([id, job]) => {
    const inputs = {
      filesets: filesetsOf(job, pipeline.source_file_groups ?? {}),
      env: job.skip_if?.env ?? [],
      tools: [],
    };
    const upstreams = [...new Set(job.needs)]
      .flatMap((need) => instances.get(need) ?? [])
      .map(({ name }) => `${project}:${name}`)
      .toSorted(compareBytes);
    return (instances.get(id) ?? []).map((instance) => ({
      id: `${project}:${instance.name}`,
      project,
      projectRoot,
      executor: jobExecutor,
      options: resolveJob(pipeline, job, instance),
      inputs,
      outputs: [],
      upstreams,
      isCached: true,
    }));
  });
}

/** What of a job affects its execution, with everything that it names put in. */
function resolveJob(
  pipeline: Pipeline,
  job: Job,
  { values }: JobInstance,
): Readonly<Record<string, unknown>> {
  const runner = job.runner ?? pipeline.project.default_runner;
  return {
    image: job.image,
    runner: runner === undefined ? undefined : (pipeline.runners?.[runner] ?? runner),
    env: { ...pipeline.variables, ...job.env },
    packages: [...new Set(job.packages)].toSorted(compareBytes),
    matrix: values,
    steps: job.steps,
  };
}

/** A job that declares no files may read any. */
function filesetsOf(
  job: Job,
  groups: Readonly<Record<string, readonly string[]>>,
): readonly Fileset[] {
  const declared = [job.source_files, job.skip_if?.paths_unmodified].filter(
    (patterns) => patterns !== undefined,
  );
  if (declared.length === 0) return [{ patterns: ["**"], includesIgnored: false }];
  return declared.map((patterns) => ({
    patterns: resolveGroups(patterns, groups),
    includesIgnored: false,
    mustMatch: true,
  }));
}

/** The patterns with those of each group in its place. */
function resolveGroups(
  patterns: readonly string[],
  groups: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  return patterns.flatMap((pattern) => {
    const group = groupOf(pattern);
    return group === undefined ? [pattern] : resolveGroups(groups[group] ?? [], groups);
  });
}
