import type { Cache, Graph, Job, Step } from "@slipway/pipeline-sdk/graph";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";
import { cacheOf } from "./caches.ts";
import { isOnlyForCancelled, whenOf } from "./endings.ts";
import { pipelineValue } from "./logic.ts";
import { fault } from "./problem.ts";

export function stepProblems(graph: Graph, job: Job): readonly Diagnostic[] {
  if (job.kind.case !== "work") return [];
  const { caches, steps } = job.kind.value;
  return [
    ...caches.flatMap((id) => cacheProblems(cacheOf(graph, id))),
    ...steps.flatMap((step) => [
      ...ownProblems(step),
      ...formProblems(step),
      ...artifactProblems(step),
      ...(isOnlyForCancelled(step.condition)
        ? [
            fault({
              code: "CIRCLECI_CANCELLED",
              title: "a job that is cancelled begins no step",
              message: "the step would never run",
              fixHint: "write it in a job of its own, whose condition is cancelled()",
              place: step.place,
            }),
          ]
        : []),
      ...(step.kind.case === "restoreCache" || step.kind.case === "saveCache"
        ? cacheProblems(cacheOf(graph, step.kind.value.cache))
        : []),
    ]),
  ];
}

function cacheProblems({ id, backend, paths, keyParts, place }: Cache): readonly Diagnostic[] {
  const common = { code: "CIRCLECI_CACHE", place };
  const files = keyParts.flatMap(({ kind }) => (kind.case === "file" ? [kind.value] : []));
  const globs = [...paths, ...files].filter((path) => /[*?[]/.test(path));
  return [
    ...(backend === "" || backend === "native"
      ? []
      : [
          fault({
            ...common,
            title: "the cache is not CircleCI's own",
            message: `no plugin has made steps of ${id}, which ${backend} keeps`,
            fixHint: `name a plugin for cache:${backend} under plugins`,
          }),
        ]),
    ...globs.map((path) =>
      fault({
        ...common,
        title: "CircleCI knows no patterns in a cache",
        message: `${path} of ${id} stands for itself`,
        fixHint: "name the folder, or each file",
      }),
    ),
  ];
}

/** What another provider calls so could be anything here. */
function ownProblems({ kind, place }: Step): readonly Diagnostic[] {
  if (kind.case !== "providerStep") return [];
  const { provider, reference, with: inputs } = kind.value;
  const common = { code: "CIRCLECI_STEP", place };
  if (provider !== "circleci") {
    return [
      fault({
        ...common,
        title: "a step of another provider",
        message: `${provider}:${reference} is none of CircleCI`,
        fixHint: `write what it does as run, or only_for = ["${provider}"] beside it`,
      }),
    ];
  }
  return inputs
    .filter(({ value }) => value?.kind.case !== "literal" && pipelineValue(value) === undefined)
    .map(({ name }) =>
      fault({
        ...common,
        title: "a step of CircleCI's own gets texts and values of the pipeline",
        message: `only a shell knows the value of ${name}`,
        fixHint: "write a text, an input, or a fact such as commit, branch or tag",
      }),
    );
}

/** Keys that only a command has. */
function formProblems(step: Step): readonly Diagnostic[] {
  const { kind } = step;
  const guard = whenOf(step.condition);
  const isCache = kind.case === "restoreCache" || kind.case === "saveCache";
  if (kind.case !== "providerStep" && !isCache) return [];
  const isUsual = guard.when === "on_success" && guard.guard === true;
  const isSaid = kind.case === "saveCache" ? guard.guard === true : isUsual;
  const others = [
    ...(isSaid ? [] : ["if"]),
    ...(step.env.length > 0 ? ["env"] : []),
    ...(step.timeoutMinutes > 0 ? ["timeout_minutes"] : []),
    ...(step.mayFail && !isCache ? ["continue_on_error"] : []),
  ];
  return others.map((key) =>
    fault({
      code: "CIRCLECI_STEP",
      title: "a step of CircleCI's own is no command",
      message: `CircleCI has no place for ${key} here`,
      fixHint: `leave out ${key}, or write it at the job`,
      place: step.place,
    }),
  );
}

/** Scripts that put files together have a place for a condition and a name alone. */
function artifactProblems({
  kind,
  env,
  timeoutMinutes,
  mayFail,
  place,
}: Step): readonly Diagnostic[] {
  if (kind.case !== "upload" && kind.case !== "download") return [];
  const others = [
    ...(env.length > 0 ? ["env"] : []),
    ...(timeoutMinutes > 0 ? ["timeout_minutes"] : []),
    ...(mayFail && kind.case === "download" ? ["continue_on_error"] : []),
  ];
  return others.map((key) =>
    fault({
      code: "CIRCLECI_STEP",
      title: "a step of artifacts is no command",
      message: `it has no place for ${key}`,
      fixHint: `leave out ${key}, or write it at the job`,
      place,
    }),
  );
}
