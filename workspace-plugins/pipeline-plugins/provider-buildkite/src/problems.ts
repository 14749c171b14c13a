import { create, toJsonString } from "@bufbuild/protobuf";
import { ConditionSchema, GraphSchema, Status } from "@slipway/pipeline-sdk/graph";
import type { Condition, Graph, Job, Triggers, Workflow } from "@slipway/pipeline-sdk/graph";
import { Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic, OutputFile, Skipping } from "@slipway/pipeline-sdk/protocol";
import { cacheBackends } from "./caches.ts";
import { splitCondition } from "./conditions.ts";
import { variable } from "./pipeline.ts";
import { diagnostic, error } from "./problem.ts";
import { isAsking } from "./skipping.ts";
import { globProblems } from "./triggers.ts";
import { groupProblems, permissionProblems, workProblems } from "./work-problems.ts";

/** What a value of the graph says and Buildkite has not, each with what to write. */
export function problemsOf(
  graph: Graph,
  outputs: readonly OutputFile[],
  skipping: Skipping | undefined,
): readonly Diagnostic[] {
  return [
    ...textProblems(graph),
    ...outputs.flatMap((output) => skippingProblems(graph, output, skipping)),
    ...runnerProblems(graph),
    ...cacheProblems(graph),
    ...graph.workflows.flatMap((workflow) => [
      ...triggerProblems(workflow.triggers),
      ...permissionProblems(workflow.permissions),
      ...groupProblems(workflow.concurrency, workflow.id),
      ...workflow.jobs.flatMap((job) => jobProblems(graph, workflow, job)),
    ]),
  ];
}

/** No program takes one in its arguments. */
function textProblems(graph: Graph): readonly Diagnostic[] {
  if (!/(?<!\\)(?:\\\\)*\\u0000/.test(toJsonString(GraphSchema, graph))) return [];
  return [
    error({
      code: "BUILDKITE_TEXT",
      title: "a text holds a NUL",
      message: "no command and no variable can hold one",
      fixHint: "write it with printf in the command",
      place: graph.workflows[0]?.place,
    }),
  ];
}

function skippingProblems(
  graph: Graph,
  { path, secondPath, workflows }: OutputFile,
  skipping: Skipping | undefined,
): readonly Diagnostic[] {
  const jobs = graph.workflows
    .filter(({ id }) => workflows.includes(id))
    .flatMap((one) => one.jobs);
  if (skipping === undefined || secondPath !== "" || !jobs.some(isAsking)) return [];
  return [
    error({
      code: "BUILDKITE_SKIPPING",
      title: "a pipeline that leaves out jobs is two files",
      message: `${path} is to upload another, and there is no path for it`,
      fixHint: "write second_path at the output",
      place: graph.workflows[0]?.place,
    }),
  ];
}

function runnerProblems({ runners }: Graph): readonly Diagnostic[] {
  return runners
    .filter(({ settings }) => settings.every(({ provider }) => provider !== "buildkite"))
    .map(({ id, place }) =>
      error({
        code: "BUILDKITE_RUNNER",
        title: "a runner that is none for Buildkite",
        message: `${id} says nothing of the agents of Buildkite`,
        fixHint: `write buildkite = { agents = { queue = "default" } } at runners.${id}`,
        place,
      }),
    );
}

function cacheProblems({ caches }: Graph): readonly Diagnostic[] {
  return caches.flatMap(({ id, backend, paths, keyParts, place }) => {
    const told = (message: string, fixHint: string): Diagnostic =>
      error({
        code: "BUILDKITE_CACHE",
        title: "a cache that the plugin cannot keep",
        message,
        fixHint,
        place,
      });
    const isKnown = backend === "" || backend === "native" || cacheBackends.includes(backend);
    return [
      ...(isKnown
        ? []
        : [
            told(
              `${id} is kept by ${backend}`,
              `write native, ${cacheBackends.join(", ")}, or use its plugin`,
            ),
          ]),
      ...paths
        .filter((path) => path.includes("**"))
        .map((path) =>
          told(`${path} of ${id} goes through folders`, "write the folders themselves"),
        ),
      ...keyParts.flatMap(({ kind }) =>
        kind.case === "file" && /[*?]/.test(kind.value)
          ? [told(`${kind.value} of ${id} is no one file`, "write the files themselves")]
          : [],
      ),
    ];
  });
}

const usualTypes = ["opened", "synchronize", "reopened"];

function triggerProblems(triggers: Triggers | undefined): readonly Diagnostic[] {
  const { push, pullRequest } = triggers ?? {};
  const types = pullRequest?.types ?? [];
  const others = types.filter((type) => !usualTypes.includes(type));
  const isPartial =
    types.length > 0 && !["opened", "synchronize"].every((one) => types.includes(one));
  const unknown = globProblems(triggers);
  return [
    ...(others.length === 0 && !isPartial
      ? []
      : [
          error({
            code: "BUILDKITE_PULL_REQUEST",
            title: "a build does not know what happened to the pull request",
            message: `${types.join(", ")} is not to be told from other things`,
            fixHint: "leave types out; what starts a build is in the settings of the pipeline",
            place: pullRequest?.place,
          }),
        ]),
    ...unknown.map((glob) =>
      error({
        code: "BUILDKITE_GLOB",
        title: "a name that no condition of Buildkite can hold",
        message: `${JSON.stringify(glob)} has quotes of both kinds, or a backslash`,
        fixHint: "write ? for that letter",
        place: push?.place ?? pullRequest?.place,
      }),
    ),
  ];
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function jobProblems(graph: Graph, workflow: Workflow, job: Job): readonly Diagnostic[] {
  const { id, condition, kind, place } = job;
  const { guard } = splitCondition(condition, (name) => variable(workflow, job, name));
  return [
    ...(uuid.test(id)
      ? [
          error({
            code: "BUILDKITE_KEY",
            title: "a key that looks like one of Buildkite's own",
            message: `${id} has the form of a UUID`,
            fixHint: "give the job another name",
            place,
          }),
        ]
      : []),
    ...(kind.case === "approval" && guard !== undefined
      ? [
          error({
            code: "BUILDKITE_APPROVAL",
            title: "an approval is there, or not, from the beginning",
            message: `the condition of ${id} is known only later`,
            fixHint:
              "ask for branch, tag, event or a setting, or write the condition at the jobs after it",
            place,
          }),
        ]
      : []),
    ...(waitsForStop(condition, true)
      ? [
          diagnostic(Diagnostic_Level.WARNING, {
            code: "BUILDKITE_CANCELLED",
            title: "after a stop no job begins",
            message: `cancelled() never holds for ${id}`,
            fixHint: "write it at a step",
            place,
          }),
        ]
      : []),
    ...(kind.case === "work" ? workProblems(graph, job, kind.value) : []),
  ];
}

function waitsForStop(condition: Condition | undefined, isAsserted: boolean): boolean {
  const kind = (condition ?? create(ConditionSchema, {})).kind;
  switch (kind.case) {
    case "status":
      return isAsserted && kind.value === Status.CANCELLED;
    case "not":
      return waitsForStop(kind.value, !isAsserted);
    case "all":
    case "any":
      return kind.value.of.some((one) => waitsForStop(one, isAsserted));
    case undefined:
    case "literal":
    case "comparison":
      return false;
  }
}
