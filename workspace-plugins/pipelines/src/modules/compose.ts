import { create } from "@bufbuild/protobuf";
import { StepSchema } from "@slipway/pipeline-sdk/graph";
import type { Graph, Step as PlannedStep } from "@slipway/pipeline-sdk/graph";
import { Step } from "../definition/step.ts";
import { placed } from "../plan/expand.ts";
import type { PlanProblem, Tell } from "../plan/scope.ts";
import { resolveSteps, roomForSteps } from "../plan/steps.ts";
import type { Use } from "../plan/steps.ts";
import { checkInputs } from "./inputs.ts";
import type { ModuleManifest } from "./manifest.ts";

/**
 * Puts the steps of modules without a program in the place where they are used, those of modules that they use among
 * them, and answers what plugins are still to be asked. All that is given to modules is checked, and has their defaults.
 * Changes `graph`.
 */
export function composeModules(
  graph: Graph,
  uses: readonly Use[],
  modules: ReadonlyMap<string, ModuleManifest>,
  tell: Tell,
): readonly Use[] {
  const checked = new Map<number, Use>();
  const faulty = new Set<number>();
  const check = (use: Use): void => {
    const told = (problem: PlanProblem): void => {
      faulty.add(use.number);
      tell(problem);
    };
    checked.set(use.number, checkedUse(use, modules, told));
  };
  uses.forEach(check);
  let last = Math.max(0, ...checked.keys());
  const hasRoom = roomForSteps(tell);
  const compose = (step: PlannedStep, outer: readonly string[]): readonly PlannedStep[] => {
    const use = step.kind.case === "module" ? checked.get(step.kind.value.number) : undefined;
    const module = use === undefined ? undefined : modules.get(use.module);
    if (use === undefined || module?.content.kind !== "steps") return [step];
    checked.delete(use.number);
    if (faulty.has(use.number)) return [];
    const { job, path } = use;
    if (outer.includes(use.module)) {
      tell({ path, message: `a module is of itself: ${[...outer, use.module].join(" -> ")}` });
      return [];
    }
    const context = {
      commands: {},
      hasRoom,
      use: (inner: Omit<Use, "number" | "job">): number => {
        last += 1;
        check({ ...inner, number: last, job });
        return last;
      },
    };
    const scope = {
      variables: {},
      matrix: {},
      parameters: textsOf(use),
      facts: {},
      tell: within(use, tell),
    };
    const steps = resolveSteps(module.content.steps.map(withParameters), { scope, path }, context);
    return steps.flatMap((inner) =>
      compose(placed(create(StepSchema, inner), step, use), [...outer, use.module]),
    );
  };
  for (const { jobs } of graph.workflows) {
    for (const { kind } of jobs) {
      if (kind.case === "work")
        kind.value.steps = kind.value.steps.flatMap((step) => compose(step, []));
    }
  }
  return [...checked.values()].filter(
    ({ module }) => modules.get(module)?.content.kind !== "bundle",
  );
}

function checkedUse(use: Use, modules: ReadonlyMap<string, ModuleManifest>, tell: Tell): Use {
  const module = modules.get(use.module);
  if (module === undefined) return use;
  const path = [...use.path.slice(0, -1), "with"];
  if (module.content.kind === "bundle") {
    tell({ path: use.path, message: `${use.module} has no steps: it is only what it requires` });
  }
  const { values, problems } = checkInputs(module, use, path);
  for (const { path: at, ...problem } of problems) {
    tell({ ...problem, path: at.map((key) => (typeof key === "number" ? key : String(key))) });
  }
  return { ...use, inputs: values };
}

/** Of the values that are known. */
function textsOf({ inputs }: Use): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, { kind }]) =>
      kind?.case === "literal" ? [[name, kind.value ?? ""]] : [],
    ),
  );
}

/** What is wrong in a module is told where it is used. */
function within({ module, path }: Use, tell: Tell): Tell {
  return ({ message, hint }: PlanProblem) =>
    tell({
      path,
      message: `in ${module}: ${ofInputs(message)}`,
      ...(hint === undefined ? {} : { hint: ofInputs(hint) }),
    });
}

function ofInputs(text: string): string {
  return text.replaceAll("parameters.", "inputs.");
}

const inputName = /(?<!\$)\{\{\s*inputs\.([A-Za-z_][\w-]*)\s*\}\}/g;

/** Inputs of a module are to its steps what parameters are to those of a command. */
function withParameters(step: Step): Step {
  const visit = (value: unknown): unknown => {
    if (typeof value === "string") return value.replaceAll(inputName, "{{ parameters.$1 }}");
    if (Array.isArray(value)) return value.map(visit);
    return typeof value === "object" && value !== null ? visitAll(value) : value;
  };
  const visitAll = (table: object): object =>
    Object.fromEntries(Object.entries(table).map(([key, value]) => [key, visit(value)]));
  return Step.parse(visitAll(step));
}
