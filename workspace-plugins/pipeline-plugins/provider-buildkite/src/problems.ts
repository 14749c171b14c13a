import { create, toJsonString } from "@bufbuild/protobuf";
import {
  ConditionSchema,
  GraphSchema,
  Permissions_Access,
  Status,
} from "@slipway/pipeline-sdk/graph";
import type {
  Artifact,
  Concurrency,
  Condition,
  Graph,
  Job,
  Permissions,
  Place,
  Triggers,
  Work,
  Workflow,
} from "@slipway/pipeline-sdk/graph";
import { DiagnosticSchema, Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic, OutputFile, Skipping } from "@slipway/pipeline-sdk/protocol";
import { cacheBackends } from "./caches.ts";
import { groupText } from "./concurrency.ts";
import { splitCondition } from "./conditions.ts";
import { variable } from "./pipeline.ts";
import { isAsking } from "./skipping.ts";
import { globProblems } from "./triggers.ts";

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

function permissionProblems(permissions: Permissions | undefined): readonly Diagnostic[] {
  if (permissions === undefined) return [];
  const { default: usual, scopes, place } = permissions;
  const written = Object.entries(scopes).flatMap(([scope, access]) =>
    access === Permissions_Access.WRITE ? [scope] : [],
  );
  if (usual !== Permissions_Access.WRITE && written.length === 0) return [];
  return [
    diagnostic(Diagnostic_Level.WARNING, {
      code: "BUILDKITE_PERMISSIONS",
      title: "a job of Buildkite gets no token",
      message: `write access${written.length === 0 ? "" : ` to ${written.join(", ")}`} is not given by the file`,
      fixHint: "give the job a token as a secret",
      place,
    }),
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

function workProblems(graph: Graph, { id }: Job, work: Work): readonly Diagnostic[] {
  return [
    ...permissionProblems(work.permissions),
    ...concurrencyProblems(work, id),
    ...pluginProblems(work),
    ...[
      ...work.artifacts,
      ...work.steps.flatMap(({ kind }) => (kind.case === "upload" ? [kind.value] : [])),
    ].flatMap(artifactProblems),
    ...portProblems(graph, work, id),
  ];
}

function concurrencyProblems(
  { concurrency, matrixPolicy }: Work,
  id: string,
): readonly Diagnostic[] {
  const isTwice = concurrency !== undefined && (matrixPolicy?.maxParallel ?? 0) > 0;
  return [
    ...groupProblems(concurrency, id),
    ...(isTwice
      ? [
          error({
            code: "BUILDKITE_CONCURRENCY",
            title: "a group that Buildkite cannot make",
            message: `${id} would be in two groups`,
            fixHint: "write concurrency or max_parallel",
            place: concurrency.place,
          }),
        ]
      : []),
  ];
}

function groupProblems(concurrency: Concurrency | undefined, id: string): readonly Diagnostic[] {
  if (concurrency === undefined) return [];
  const { group, cancelInProgress, place } = concurrency;
  return [
    ...(groupText(group) === undefined
      ? [
          error({
            code: "BUILDKITE_CONCURRENCY",
            title: "a group that Buildkite cannot make",
            message: `the name of the group of ${id} is known only when the job runs`,
            fixHint: "write texts, commit, branch, tag, base-branch, run-number or actor",
            place,
          }),
        ]
      : []),
    ...(cancelInProgress
      ? [
          diagnostic(Diagnostic_Level.INFO, {
            code: "BUILDKITE_CANCEL",
            title: "what runs is stopped by a setting",
            message: `the file cannot say that ${id} stops an earlier build`,
            fixHint: "turn on Cancel Intermediate Builds in the settings of the pipeline",
            place,
          }),
        ]
      : []),
  ];
}

/** A plugin is of the whole job. */
function pluginProblems({ steps }: Work): readonly Diagnostic[] {
  return steps.flatMap((step) => {
    const { kind, condition, env, mayFail, timeoutMinutes, place } = step;
    if (kind.case !== "providerStep") return [];
    const { provider, reference, with: inputs } = kind.value;
    const told = (code: string, message: string, fixHint: string): Diagnostic =>
      error({ code, title: "a step that is no plugin of this job", message, fixHint, place });
    if (provider !== "buildkite") {
      const hint = "write what it does as run, or leave its job to the other provider";
      return [told("BUILDKITE_STEP", `${provider}:${reference} is none of Buildkite`, hint)];
    }
    const isOfStep = condition !== undefined || env.length > 0 || mayFail || timeoutMinutes > 0;
    const isOpen = inputs.some(({ value }) => value?.kind.case !== "literal");
    return [
      ...(reference.includes("#")
        ? []
        : [told("BUILDKITE_PLUGIN", `${reference} is of no version`, `write ${reference}#v1.0.0`)]),
      ...(isOfStep
        ? [
            told(
              "BUILDKITE_PLUGIN",
              `${reference} is for the whole job`,
              "write if, env and timeout_minutes at the job",
            ),
          ]
        : []),
      ...(isOpen
        ? [
            told(
              "BUILDKITE_PLUGIN",
              `settings of ${reference} are texts`,
              "name a variable of the job, if the plugin takes one",
            ),
          ]
        : []),
    ];
  });
}

function artifactProblems({ name, paths, retentionDays, place }: Artifact): readonly Diagnostic[] {
  return [
    ...paths
      .filter((path) => path.includes(";"))
      .map((path) =>
        error({
          code: "BUILDKITE_ARTIFACT",
          title: "a path that is two for the agent",
          message: `${path} of ${name} has a semicolon`,
          fixHint: "write ? for it",
          place,
        }),
      ),
    ...(retentionDays === 0
      ? []
      : [
          diagnostic(Diagnostic_Level.INFO, {
            code: "BUILDKITE_RETENTION",
            title: "Buildkite keeps artifacts for six months",
            message: `${name} is kept for longer or shorter than ${retentionDays} days`,
            fixHint: "keep artifacts in a store of your own, and say it there",
            place,
          }),
        ]),
  ];
}

/** Of a job on the agent itself. */
function portProblems(
  graph: Graph,
  { container, services }: Work,
  id: string,
): readonly Diagnostic[] {
  if (container !== undefined) return [];
  return graph.services
    .filter((service) => services.includes(service.id))
    .filter(({ ports }) => ports.some(({ host }) => host === 0))
    .map((service) =>
      diagnostic(Diagnostic_Level.WARNING, {
        code: "BUILDKITE_PORT",
        title: "nobody knows the port of a service",
        message: `${service.id} gets any free port of the agent on which ${id} runs`,
        fixHint: 'write "8080:80", or give the job an image: there a service is found by its id',
        place: service.place,
      }),
    );
}

type Words = {
  readonly code: string;
  readonly title: string;
  readonly message: string;
  readonly fixHint: string;
  readonly place: Place | undefined;
};

function error(words: Words): Diagnostic {
  return diagnostic(Diagnostic_Level.ERROR, words);
}

function diagnostic(level: Diagnostic_Level, { place, ...words }: Words): Diagnostic {
  return create(DiagnosticSchema, { level, ...words, ...(place === undefined ? {} : { place }) });
}
