import type { Graph, Job, Place, Work } from "@slipway/pipeline-sdk/graph";
import { Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";
import { artifactsOf } from "./artifacts.ts";
import { checkConditions } from "./check-conditions.ts";
import { checkName, checkValue } from "./check-values.ts";
import { checkGroup, checkPermissions } from "./check-shared.ts";
import { overlay } from "./overlay.ts";
import { problem } from "./problems.ts";

export function checkJob(graph: Graph, job: Job): readonly Diagnostic[] {
  const named = [...checkName("job", job.id, job.place), ...checkConditions(job)];
  if (job.kind.case === "approval") return [...named, unprotected(job)];
  if (job.kind.case !== "work") return named;
  const work = job.kind.value;
  return [
    ...named,
    ...checkPlaceOfWork(graph, job, work),
    ...checkValues(graph, job, work),
    ...checkPermissions(work.permissions),
    ...checkParallel(job, work),
    ...checkCaches(graph, job, work),
    ...checkArtifacts(job),
    ...checkSteps(job, work),
  ];
}

/** The workflow cannot say that somebody has to agree: the settings of the environment do. */
function unprotected({ id, place }: Job): Diagnostic {
  return problem(
    {
      code: "GITHUB_APPROVAL",
      title: "GitHub asks nobody until the environment says whom",
      message: `${id} waits only if the environment ${id} has required reviewers`,
      fixHint: `name reviewers under Settings, Environments, ${id}`,
      place,
    },
    Diagnostic_Level.WARNING,
  );
}

function checkPlaceOfWork(graph: Graph, job: Job, work: Work): readonly Diagnostic[] {
  const runner = graph.runners.find(({ id }) => id === work.runner);
  const isSaid =
    runner === undefined || "runs-on" in overlay({}, [...runner.settings, ...job.overrides]);
  const found: Diagnostic[] = [];
  if (!isSaid) {
    found.push(
      problem({
        code: "GITHUB_RUNNER",
        title: "a runner that is none of GitHub's",
        message: `${work.runner} does not say where it runs with GitHub`,
        fixHint: `write github = { runs-on = "ubuntu-latest" } at runners.${work.runner}`,
        place: runner.place ?? job.place,
      }),
    );
  }
  if ((work.container?.entrypoint ?? []).length > 0) {
    found.push(
      problem({
        code: "GITHUB_ENTRYPOINT",
        title: "GitHub starts the container of a job by a program of its own",
        message: `the entrypoint of the image of ${job.id} would not run`,
        fixHint: "leave it out: steps do not pass through an entrypoint, and a step can call it",
        place: job.place,
      }),
    );
  }
  return found;
}

const ofJobs = ["secret", "input", "fact", "output"] as const;

function checkValues(graph: Graph, { place }: Job, work: Work): readonly Diagnostic[] {
  const variables = { where: "the variables of a job", kinds: ofJobs };
  const inputs = { where: "a step", kinds: [...ofJobs, "step"] as const };
  const services = graph.services.filter(({ id }) => work.services.includes(id));
  const url = graph.environments.find(({ id }) => id === work.environment)?.url;
  return [
    ...work.env.flatMap((one) => checkValue(one.value, one.place ?? place, variables)),
    ...services.flatMap((service) =>
      service.env.flatMap((one) =>
        checkValue(one.value, one.place ?? service.place, { ...variables, where: "a service" }),
      ),
    ),
    ...work.steps.flatMap(({ env, kind, place: own }) =>
      [...env, ...(kind.case === "providerStep" ? kind.value.with : [])].flatMap((one) =>
        checkValue(one.value, one.place ?? own, inputs),
      ),
    ),
    ...checkGroup(work.concurrency?.group, work.concurrency?.place ?? place, [
      "input",
      "fact",
      "output",
    ]),
    ...(url === undefined
      ? []
      : checkValue(url, place, {
          where: "the address of an environment",
          kinds: ["input", "fact", "output", "step"],
        })),
  ];
}

function checkParallel(job: Job, work: Work): readonly Diagnostic[] {
  const found =
    work.matrixPolicy?.failFast === true
      ? [
          problem({
            code: "GITHUB_FAIL_FAST",
            title: "jobs of a matrix are jobs of their own",
            message: `a failure of ${job.id} does not stop the others of ${job.base}`,
            fixHint: "write fail_fast = false, or leave it out",
            place: job.place,
          }),
        ]
      : [];
  return [...found, ...checkGroups(job, work)];
}

/** Both would need the group of the job. */
function checkGroups(job: Job, work: Work): readonly Diagnostic[] {
  const isGrouped = work.concurrency !== undefined;
  const reasons = [
    ...((work.matrixPolicy?.maxParallel ?? 0) > 0 ? ["max_parallel"] : []),
    ...(work.parallelism > 1 ? ["parallelism"] : []),
  ];
  return reasons.flatMap((reason) =>
    isGrouped
      ? [
          problem({
            code: "GITHUB_CONCURRENCY",
            title: "GitHub has one group for a job",
            message: `${job.id} has ${reason}, and a concurrency group`,
            fixHint: "leave one of them out",
            place: work.concurrency?.place ?? job.place,
          }),
        ]
      : [],
  );
}

function checkCaches(graph: Graph, job: Job, work: Work): readonly Diagnostic[] {
  const used = work.steps.flatMap(({ kind }) =>
    kind.case === "restoreCache" || kind.case === "saveCache" ? [kind.value.cache] : [],
  );
  const ids = new Set([...work.caches, ...used]);
  return graph.caches
    .filter(({ id }) => ids.has(id))
    .flatMap(({ id, backend, keyParts, place }) => {
      const isForeign = backend !== "" && backend !== "native";
      const comma = keyParts.find(({ kind }) => kind.case === "text" && kind.value.includes(","));
      const message = isForeign
        ? `${id} is kept by ${backend}, which no plugin took over in ${job.id}`
        : `the key of ${id} has a comma`;
      if (!isForeign && comma === undefined) return [];
      return [
        problem({
          code: "GITHUB_CACHE",
          title: "a cache that GitHub does not keep",
          message,
          fixHint: isForeign
            ? `add the plugin cache/${backend}, or leave backend out`
            : "leave it out",
          place: place ?? job.place,
        }),
      ];
    });
}

function checkArtifacts(job: Job): readonly Diagnostic[] {
  const names = artifactsOf(job).map(({ name }) => name);
  return artifactsOf(job).flatMap(({ name, place }, at) => {
    const isTwice = names.indexOf(name) !== at;
    if (!isTwice && !/["*/:<>?\\|\r\n]/.test(name)) return [];
    return [
      problem({
        code: "GITHUB_ARTIFACT",
        title: "a name of an artifact that GitHub does not take",
        message: isTwice ? `${job.id} keeps ${name} twice` : `${name} has " * / : < > ? \\ or |`,
        fixHint: "rename it",
        place: place ?? job.place,
      }),
    ];
  });
}

function checkSteps(job: Job, work: Work): readonly Diagnostic[] {
  const ids = work.steps.map(({ id }) => id.toLowerCase());
  return [
    ...work.outputs.flatMap(({ name }) => checkName("output", name, job.place)),
    ...work.steps.flatMap(({ id, kind, place }, at) => [
      ...(id === "" ? [] : checkName("step", id, place)),
      ...(id !== "" && ids.indexOf(id.toLowerCase()) !== at ? [repeated(id, place)] : []),
      ...(kind.case === "providerStep" && kind.value.provider !== "github"
        ? [foreign(`${kind.value.provider}:${kind.value.reference}`, place)]
        : []),
    ]),
  ];
}

function repeated(id: string, place: Place | undefined): Diagnostic {
  return problem({
    code: "GITHUB_STEP_ID",
    title: "two steps of a job with one id",
    message: `${id} is there twice: GitHub does not tell capital letters apart`,
    fixHint: "rename one of them",
    place,
  });
}

/** What another provider calls so could be anything here. */
function foreign(step: string, place: Place | undefined): Diagnostic {
  return problem({
    code: "GITHUB_STEP",
    title: "a step of another provider",
    message: `${step} is none of GitHub`,
    fixHint: "write only_for at it, or what it does as run",
    place,
  });
}
