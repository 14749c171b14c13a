import { Permissions_Access } from "@slipway/pipeline-sdk/graph";
import type {
  Artifact,
  Concurrency,
  Graph,
  Job,
  Permissions,
  Work,
} from "@slipway/pipeline-sdk/graph";
import { Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";
import { groupText } from "./concurrency.ts";
import { diagnostic, error } from "./problem.ts";

export function workProblems(graph: Graph, { id }: Job, work: Work): readonly Diagnostic[] {
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

export function groupProblems(
  concurrency: Concurrency | undefined,
  id: string,
): readonly Diagnostic[] {
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

export function permissionProblems(permissions: Permissions | undefined): readonly Diagnostic[] {
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
