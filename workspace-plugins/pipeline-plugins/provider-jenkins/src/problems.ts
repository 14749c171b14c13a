import type { Graph, Runner, Workflow } from "@slipway/pipeline-sdk/graph";
import type { Diagnostic, OutputFile } from "@slipway/pipeline-sdk/protocol";
import { nameProblem, refusal, remark, warning } from "./diagnostics.ts";
import { jobProblems } from "./job-problems.ts";
import { levelsOf, waitsInVain } from "./levels.ts";
import { badNames, isTable, keysOf, ownOf } from "./overrides.ts";
import type { Plain } from "./overrides.ts";
import { isBranchOwn } from "./values.ts";

/** What of a graph a Jenkinsfile cannot say, or says otherwise than elsewhere. */
export function problemsOf(graph: Graph, outputs: readonly OutputFile[]): readonly Diagnostic[] {
  const written = new Set(outputs.flatMap(({ workflows }) => workflows));
  return [
    ...outputs.flatMap((output) => oneWorkflow(graph, output)),
    ...graph.workflows
      .filter(({ id }) => written.has(id))
      .flatMap((workflow) => [
        ...ownKeys(workflow),
        ...concurrencyProblems(workflow),
        ...sizeProblems(workflow),
        ...levelProblems(workflow),
        ...workflow.jobs.flatMap((job) => jobProblems(graph, workflow, job)),
      ]),
    ...graph.runners.flatMap(runnerProblems),
    ...cacheProblems(graph),
  ];
}

function oneWorkflow(graph: Graph, { path, workflows }: OutputFile): readonly Diagnostic[] {
  if (workflows.length === 1) return [];
  const second = graph.workflows.find(({ id }) => id === workflows[1]);
  return [
    refusal(
      {
        code: "JENKINS_WORKFLOWS",
        title: "a Jenkinsfile holds one workflow",
        message: `${path} would hold ${workflows.length === 0 ? "none" : workflows.join(" and ")}`,
        fixHint: 'write path = "ci/{workflow}.Jenkinsfile"',
      },
      second?.place,
    ),
  ];
}

const workflowKeys = ["libraries", "options", "triggers"];

function ownKeys({ overrides, place }: Workflow): readonly Diagnostic[] {
  const own = ownOf(overrides);
  const bad = keysOf(own, workflowKeys);
  const problems = bad.map((key) => ({
    code: "JENKINS_KEY",
    title: "a key that is none of a pipeline",
    message: `${key} cannot be laid over a pipeline`,
    fixHint: `write one of ${workflowKeys.join(", ")}`,
  }));
  const { options, triggers } = own;
  const names = [...badNames(options), ...badNames(triggers)].map(nameProblem);
  return [...problems, ...tableProblems({ options, triggers }), ...names].map((words) =>
    refusal(words, place),
  );
}

function tableProblems(tables: Readonly<Record<string, Plain | undefined>>) {
  return Object.entries(tables).flatMap(([key, value]) =>
    value === undefined || isTable(value)
      ? []
      : [
          {
            code: "JENKINS_KEY",
            title: "a key that is no table",
            message: `${key} is a table of calls`,
            fixHint: `write ${key} = { name = value }`,
          },
        ],
  );
}

function concurrencyProblems({ concurrency }: Workflow): readonly Diagnostic[] {
  if (concurrency === undefined || isBranchOwn(concurrency.group)) return [];
  const { place, cancelInProgress, group } = concurrency;
  if (cancelInProgress) {
    return [
      warning(
        {
          code: "JENKINS_CONCURRENCY",
          title: "Jenkins stops runs of the same branch only",
          message: "the group is the same for several branches, whose runs do not stop each other",
          fixHint: "put {{ branch }} into the group, or leave out cancel_in_progress",
        },
        place,
      ),
    ];
  }
  if (group?.kind.case === "literal") return [];
  return [
    refusal(
      {
        code: "JENKINS_CONCURRENCY",
        title: "a group that is known too late",
        message: "a run begins before Jenkins knows this group",
        fixHint: "write a text, or one with {{ branch }}, or give a group to the jobs",
      },
      place,
    ),
  ];
}

/** By what others have met: a method of Java has 64 KB. */
const manyJobs = 100;

function sizeProblems({ jobs, id, place }: Workflow): readonly Diagnostic[] {
  if (jobs.length <= manyJobs) return [];
  return [
    warning(
      {
        code: "JENKINS_SIZE",
        title: "a large Jenkinsfile",
        message: `${id} has ${jobs.length} jobs: Jenkins makes one method of them, which may be too large for Java`,
        fixHint:
          "divide it into workflows, or start Jenkins with SCRIPT_SPLITTING_TRANSFORMATION=true",
      },
      place,
    ),
  ];
}

function levelProblems({ jobs }: Workflow): readonly Diagnostic[] {
  const found = waitsInVain(levelsOf(jobs));
  if (found === undefined) return [];
  return [
    remark(
      {
        code: "JENKINS_LEVELS",
        title: "jobs run level by level",
        message: `${found.job.id} waits for ${found.for.id}, which it does not need`,
        fixHint: "nothing has to be done; put what takes long into a workflow of its own",
      },
      found.job.place,
    ),
  ];
}

function runnerProblems({ id, settings, place }: Runner): readonly Diagnostic[] {
  const own = ownOf(settings);
  if (Object.keys(own).length > 0) {
    return badNames(own).map((name) => refusal(nameProblem(name), place));
  }
  return [
    refusal(
      {
        code: "JENKINS_RUNNER",
        title: "a runner that Jenkins does not know",
        message: `${id} says nothing for Jenkins`,
        fixHint: `write jenkins = { label = "..." } under [runners.${id}]`,
      },
      place,
    ),
  ];
}

function cacheProblems({ caches }: Graph): readonly Diagnostic[] {
  return caches.flatMap(({ id, backend, paths, keyParts, place }) => [
    ...(backend === "" || backend === "native"
      ? []
      : [
          refusal(
            {
              code: "JENKINS_CACHE_BACKEND",
              title: "a cache that no plugin keeps",
              message: `${id} is to be kept with ${backend}, which Jenkins does not know`,
              fixHint: `name a plugin that has cache:${backend}, or leave out backend`,
            },
            place,
          ),
        ]),
    ...paths
      .filter((path) => path.includes("**"))
      .map((path) =>
        refusal(
          {
            code: "JENKINS_CACHE_PATH",
            title: "a pattern that a shell does not have",
            message: `${path} of the cache ${id} has **`,
            fixHint: "name the folder",
          },
          place,
        ),
      ),
    ...keyParts
      .flatMap(({ kind }) => (kind.case === "file" ? [kind.value] : []))
      .filter((file) => /[*?[]/.test(file))
      .map((file) =>
        refusal(
          {
            code: "JENKINS_CACHE_KEY",
            title: "a pattern in the key of a cache",
            message: `${file} of the key of the cache ${id} is a pattern, and the key would never change`,
            fixHint: "name each file",
          },
          place,
        ),
      ),
  ]);
}
