import { create } from "@bufbuild/protobuf";
import type { Graph, Place, Workflow } from "@slipway/pipeline-sdk/graph";
import {
  DiagnosticSchema,
  Diagnostic_Level,
  Fragment_Format,
  Fragment_Strategy,
  GenerateResultSchema,
} from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic, GenerateRequest, GenerateResult } from "@slipway/pipeline-sdk/protocol";
import { formatYaml } from "@slipway/pipeline-sdk/yaml";
import { globsOf, matchable, variablesOf } from "./expressions.ts";
import { renderWorkflow } from "./workflow.ts";

/** A file for each workflow: `{workflow}` in the path of an output stands for its id. */
export function renderGithub({ graph, outputs, skipping }: GenerateRequest): GenerateResult {
  if (graph === undefined) return create(GenerateResultSchema, {});
  const files = outputs.flatMap((output) => {
    const wanted = graph.workflows.filter(
      ({ id }) => output.workflows.length === 0 || output.workflows.includes(id),
    );
    return wanted.map((workflow) => ({
      path: output.path.replaceAll("{workflow}", workflow.id),
      workflow,
    }));
  });
  const diagnostics = [
    ...oneWorkflowAFile(files),
    ...globProblems(graph),
    ...variableProblems(graph),
    ...foreignSteps(graph),
  ];
  if (diagnostics.some(({ level }) => level === Diagnostic_Level.ERROR)) {
    return create(GenerateResultSchema, { diagnostics: [...diagnostics] });
  }
  return create(GenerateResultSchema, {
    fragments: files.map(({ path, workflow }) => ({
      path,
      content: formatYaml(renderWorkflow(graph, workflow, skipping)),
      strategy: Fragment_Strategy.REPLACE,
      format: Fragment_Format.YAML,
    })),
    diagnostics: [...diagnostics],
  });
}

type WorkflowFile = { readonly path: string; readonly workflow: Workflow };

function oneWorkflowAFile(files: readonly WorkflowFile[]): readonly Diagnostic[] {
  return files.flatMap(({ path, workflow }, at) => {
    const earlier = files.slice(0, at).find((one) => one.path === path);
    if (earlier === undefined) return [];
    return [
      problem(Diagnostic_Level.ERROR, {
        code: "GITHUB_WORKFLOWS",
        title: "a file of GitHub holds one workflow",
        message: `${path} would hold ${earlier.workflow.id} and ${workflow.id}`,
        fixHint: 'write path = ".github/workflows/{workflow}.yml"',
        place: workflow.place,
      }),
    ];
  });
}

/** Expressions of GitHub know the beginning of a text, and no other pattern. */
function globProblems(graph: Graph): readonly Diagnostic[] {
  return graph.workflows.flatMap(({ jobs }) =>
    jobs.flatMap((job) => {
      const steps = job.kind.case === "work" ? job.kind.value.steps : [];
      return [
        ...globsOf(job.condition).flatMap((glob) => globProblem(glob, job.place)),
        ...steps.flatMap((step) =>
          globsOf(step.condition).flatMap((glob) => globProblem(glob, step.place)),
        ),
      ];
    }),
  );
}

function variableProblems(graph: Graph): readonly Diagnostic[] {
  return graph.workflows.flatMap(({ jobs }) =>
    jobs.flatMap(({ condition, place }) =>
      variablesOf(condition).map((name) =>
        problem(Diagnostic_Level.ERROR, {
          code: "GITHUB_JOB_ENV",
          title: "GitHub knows no variables where it decides about a job",
          message: `env.${name} is known to steps only`,
          fixHint: "write the condition at its steps, or ask for an input or a fact",
          place,
        }),
      ),
    ),
  );
}

/** What another provider calls so could be anything here. */
function foreignSteps(graph: Graph): readonly Diagnostic[] {
  return graph.workflows.flatMap(({ jobs }) =>
    jobs.flatMap(({ kind }) =>
      (kind.case === "work" ? kind.value.steps : []).flatMap((step) => {
        const own = step.kind.case === "providerStep" ? step.kind.value : undefined;
        if (own === undefined || own.provider === "github") return [];
        return [
          problem(Diagnostic_Level.ERROR, {
            code: "GITHUB_STEP",
            title: "a step of another provider",
            message: `${own.provider}:${own.reference} is none of GitHub`,
            fixHint: "write what it does as run, or leave its job to the other provider",
            place: step.place,
          }),
        ];
      }),
    ),
  );
}

function globProblem(glob: string, place: Place | undefined): readonly Diagnostic[] {
  switch (matchable(glob)) {
    case "equal":
    case "prefix":
      return [];
    case "prefix-of-part":
      return [
        problem(Diagnostic_Level.WARNING, {
          code: "GITHUB_GLOB",
          title: "GitHub compares beginnings only",
          message: `${glob} fits names with more slashes too`,
          fixHint: `write ${glob}* if that is meant`,
          place,
        }),
      ];
    case undefined:
      return [
        problem(Diagnostic_Level.ERROR, {
          code: "GITHUB_GLOB",
          title: "GitHub compares beginnings only",
          message: `${glob} cannot be said in an expression`,
          fixHint: "compare with texts or with text**, or filter by the triggers of a workflow",
          place,
        }),
      ];
  }
}

type Words = {
  readonly code: string;
  readonly title: string;
  readonly message: string;
  readonly fixHint: string;
  readonly place: Place | undefined;
};

function problem(level: Diagnostic_Level, { place, ...words }: Words): Diagnostic {
  return create(DiagnosticSchema, { level, ...words, ...(place === undefined ? {} : { place }) });
}
