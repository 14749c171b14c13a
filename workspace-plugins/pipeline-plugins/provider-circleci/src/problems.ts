import { toJsonString } from "@bufbuild/protobuf";
import type { Graph, Workflow } from "@slipway/pipeline-sdk/graph";
import { DiagnosticSchema } from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";
import { jobProblems } from "./job-problems.ts";
import { fault } from "./problem.ts";
import { stepProblems } from "./step-problems.ts";
import { inputVariable } from "./words.ts";
import { orbOf } from "./steps.ts";
import { triggerProblems } from "./trigger-problems.ts";

/** What CircleCI cannot say of a pipeline, and what it says in another way than somebody might think. */
export function problemsOf(
  graph: Graph,
  workflows: readonly Workflow[],
  isSplit: boolean,
): readonly Diagnostic[] {
  const all = [
    ...inputProblems(workflows),
    ...orbProblems(workflows),
    ...workflows.flatMap((workflow) => [
      ...triggerProblems(workflow, isSplit),
      ...workflow.jobs.flatMap((job) => [
        ...jobProblems(graph, workflow, job),
        ...stepProblems(graph, job),
      ]),
    ]),
  ];
  // What several jobs use is told once.
  const known = new Map(all.map((one) => [toJsonString(DiagnosticSchema, one), one]));
  return [...known.values()];
}

/** A file knows an orb by one name, in one version. */
function orbProblems(workflows: readonly Workflow[]): readonly Diagnostic[] {
  const steps = workflows.flatMap(({ jobs }) =>
    jobs.flatMap(({ kind }) => (kind.case === "work" ? kind.value.steps : [])),
  );
  const orbs = steps.flatMap(({ kind, place }) => {
    const found = kind.case === "providerStep" ? orbOf(kind.value.reference) : undefined;
    return found === undefined ? [] : [{ name: found[0], orb: found[1], place }];
  });
  return orbs.flatMap(({ name, orb, place }, at) => {
    const earlier = orbs.slice(0, at).find((one) => one.name === name && one.orb !== orb);
    if (earlier === undefined) return [];
    return [
      fault({
        code: "CIRCLECI_ORB",
        title: "a file has one orb of a name",
        message: `${name} would be ${earlier.orb} and ${orb}`,
        fixHint: "write the same version everywhere",
        place,
      }),
    ];
  });
}

/** Parameters are of a whole file, and become variables. */
function inputProblems(workflows: readonly Workflow[]): readonly Diagnostic[] {
  const inputs = workflows.flatMap(({ triggers }) =>
    (triggers?.manual?.inputs ?? []).map((input) => ({ input, place: triggers?.manual?.place })),
  );
  return inputs.flatMap(({ input, place }, at) => {
    const common = { code: "CIRCLECI_INPUT", title: "an input is a parameter of the file", place };
    const isNamed = /^[A-Za-z][\w-]*$/.test(input.name);
    const earlier = inputs
      .slice(0, at)
      .find((one) => inputVariable(one.input.name) === inputVariable(input.name));
    const isOther =
      earlier !== undefined &&
      (earlier.input.name !== input.name ||
        earlier.input.type !== input.type ||
        earlier.input.default !== input.default);
    return [
      ...(isNamed
        ? []
        : [
            fault({
              ...common,
              message: `${input.name} begins with no letter`,
              fixHint: "give it another name",
            }),
          ]),
      ...(isOther
        ? [
            fault({
              ...common,
              message: `${input.name} is declared in two ways`,
              fixHint:
                "give the inputs of all workflows of a file names of their own, or declare them alike",
            }),
          ]
        : []),
    ];
  });
}
