import path from "node:path/posix";
import { toJson } from "@bufbuild/protobuf";
import {
  MatrixValueSchema,
  OverrideSchema,
  ServiceSchema,
  StepSchema,
  VariableSchema,
  WorkSchema,
} from "@slipway/pipeline-sdk/graph";
import type { Graph, Job as PlannedJob, Step, Work, Workflow } from "@slipway/pipeline-sdk/graph";
import { compareBytes } from "@slipway/signature/basics";
import type { Fileset, TargetDefinition } from "@slipway/signature";
import type { Job } from "./definition/job.ts";
import { groupOf } from "./definition/references.ts";
import { tableOf } from "./definition/toml-table.ts";
import { parseAddress } from "./modules/address.ts";
import { withRequired } from "./modules/lock.ts";
import type { Lock } from "./modules/lock.ts";
import type { PlannedPipeline } from "./plan/plan.ts";
import type { Use } from "./plan/steps.ts";

/** Names the kind of action that a job is. */
const jobExecutor = "cig:job";

/** What of the work of a job changes nothing of its result, or stands elsewhere in the options. So does the condition of a job. */
const passedOver = [
  "caches",
  "concurrency",
  "env",
  "matrixPolicy",
  "retry",
  "runner",
  "services",
  "skip",
  "steps",
  "timeoutMinutes",
];

/**
 * Each job of a pipeline, and each of one with a matrix, as what signatures are made from: what the file says of it once
 * variables, commands and matrices are put in. What modules give is known by their names, inputs, and what is locked of
 * them. `projectRoot` is the folder of the `cig.toml`, relative to the workspace.
 */
export function jobDefinitions(
  { pipeline, resolved: { graph, uses } }: PlannedPipeline,
  projectRoot: string,
  lock: Lock | undefined,
): readonly TargetDefinition[] {
  const project = pipeline.project.name;
  return graph.workflows.flatMap((workflow) =>
    workflow.jobs.flatMap((planned) => {
      const job = pipeline.jobs[planned.base];
      if (job === undefined) return [];
      const locked = lockedFor(planned, uses, lock);
      return [
        {
          id: `${project}:${planned.id}`,
          project,
          projectRoot,
          executor: jobExecutor,
          options: { ...optionsOf(graph, workflow, planned, uses), ...locked.options },
          inputs: {
            filesets: [...filesetsOf(job, pipeline.source_file_groups ?? {}), ...locked.filesets],
            env: [...new Set([...(job.env_inputs ?? []), ...(job.skip_if?.env ?? [])])],
            tools: [],
          },
          outputs: [],
          upstreams: planned.needs.map((need) => `${project}:${need}`).toSorted(compareBytes),
          isCached: true,
        },
      ];
    }),
  );
}

/** What of a job affects its execution, with everything that it names put in. */
function optionsOf(
  graph: Graph,
  workflow: Workflow,
  { kind, matrix, overrides }: PlannedJob,
  uses: readonly Use[],
): Readonly<Record<string, unknown>> {
  if (kind.case !== "work") return { kind: kind.case };
  const work = kind.value;
  const runner = graph.runners.find(({ id }) => id === work.runner);
  const own = new Set(work.env.map(({ name }) => name));
  return withoutPlaces({
    ...Object.fromEntries(
      Object.entries(tableOf(toJson(WorkSchema, work))).filter(
        ([name]) => !passedOver.includes(name),
      ),
    ),
    env: [...workflow.env.filter(({ name }) => !own.has(name)), ...work.env]
      .toSorted((a, b) => compareBytes(a.name, b.name))
      .map((variable) => toJson(VariableSchema, variable)),
    matrix: matrix.map((value) => toJson(MatrixValueSchema, value)),
    overrides: overrides.map((override) => toJson(OverrideSchema, override)),
    runner:
      runner === undefined
        ? work.runner
        : runner.settings.map((settings) => toJson(OverrideSchema, settings)),
    services: graph.services
      .filter(({ id }) => work.services.includes(id))
      .map((service) => toJson(ServiceSchema, service)),
    packages: packagesOf(work, uses),
    steps: work.steps.flatMap((step) => stepOf(step, uses)),
  });
}

/** A set: what is installed first makes no difference. */
function packagesOf({ steps }: Work, uses: readonly Use[]): readonly string[] {
  const packages = steps.flatMap((step) => {
    const use = useOf(step, uses);
    return use?.isPackage === true ? [JSON.stringify([use.module, inputsOf(use)])] : [];
  });
  return [...new Set(packages)].toSorted(compareBytes);
}

const language = /^lang\/(?<name>.+)$/;

/**
 * Which versions a job gets of modules, of what they require, and of the languages that they are for. A module that lies in
 * the workspace has no digest in the lock: the job reads its files.
 */
function lockedFor(
  { kind }: PlannedJob,
  uses: readonly Use[],
  lock: Lock | undefined,
): { readonly options: object; readonly filesets: readonly Fileset[] } {
  if (lock === undefined || kind.case !== "work") return { options: {}, filesets: [] };
  const used = kind.value.steps.flatMap((step) => useOf(step, uses)?.module ?? []);
  const names = withRequired(used, lock.plugins);
  const plugins = lock.plugins.filter(({ name }) => names.includes(name));
  const modules = plugins.map(({ name, version, commit, sha256 }) => ({
    name,
    version,
    ...(commit === undefined ? {} : { commit }),
    sha256,
  }));
  const languages = names.flatMap((name) => {
    const tool = language.exec(name)?.groups?.["name"] ?? "";
    const version = lock.resolvedVersions[tool];
    return version === undefined ? [] : [[tool, version]];
  });
  return {
    options: modules.length + languages.length === 0 ? {} : { locked: { modules, languages } },
    filesets: plugins.flatMap(({ source }) => {
      const address = parseAddress(source);
      if ("message" in address || address.kind !== "local") return [];
      return [
        { patterns: [path.join(address.folder, "**")], includesIgnored: false, mustMatch: true },
      ];
    }),
  };
}

/** A module by what it is asked, and not by the number of the question. */
function stepOf(step: Step, uses: readonly Use[]): readonly object[] {
  const use = useOf(step, uses);
  if (use?.isPackage === true) return [];
  const { name: _name, ...rest } = tableOf(toJson(StepSchema, step));
  if (use === undefined) return [rest];
  const { module, constraint } = use;
  // As a text, in which no input is taken for a place.
  return [{ ...rest, module: { module, constraint, inputs: JSON.stringify(inputsOf(use)) } }];
}

/** With their types: `false` and `"false"` may be two things to a module. */
function inputsOf({ inputs, given }: Use): readonly unknown[] {
  return Object.entries(inputs).map(([name, value]) => [name, value, typeof given[name]]);
}

function useOf({ kind }: Step, uses: readonly Use[]): Use | undefined {
  return kind.case === "module"
    ? uses.find(({ number }) => number === kind.value.number)
    : undefined;
}

/** Where something is written, and by way of which command, changes nothing. */
function withoutPlaces(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "place" && key !== "origin")
      .map(([key, each]) => [key, stripped(each)]),
  );
}

function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped);
  return typeof value === "object" && value !== null ? withoutPlaces(value) : value;
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
