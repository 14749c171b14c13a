import type { MessageInitShape } from "@bufbuild/protobuf";
import { Artifact_When } from "@slipway/pipeline-sdk/graph";
import type {
  ArtifactSchema,
  ArtifactUseSchema,
  Step as PlannedStep,
  StepSchema,
  VariableSchema,
} from "@slipway/pipeline-sdk/graph";
import { compareBytes } from "@slipway/signature/basics";
import { namesNear } from "@slipway/signature/names-near";
import type { Pipeline } from "../definition/pipeline.ts";
import type { Artifact, ArtifactUse, Step } from "../definition/step.ts";
import type { Scalar } from "../definition/words.ts";
import type { Value } from "../definition/values.ts";
import { both, resolveCondition, resolveValue } from "./conditions.ts";
import type { ValueInit } from "./conditions.ts";
import { resolveText } from "./scope.ts";
import type { KeyPath, Scope, Tell } from "./scope.ts";

export type StepInit = Exclude<MessageInitShape<typeof StepSchema>, PlannedStep>;
export type VariableInit = MessageInitShape<typeof VariableSchema>;

/** A step that names a module, or a package of a job: its plugin is asked what stands there. */
export type Use = {
  readonly number: number;
  readonly module: string;
  readonly constraint: string | undefined;
  /** Id of the job of the graph. */
  readonly job: string;
  /** In the order of their names. */
  readonly inputs: Readonly<Record<string, ValueInit>>;
  /** As the file has them: what the manifest of the module says about types is judged by these. */
  readonly given: Readonly<Record<string, Value>>;
  readonly isPackage: boolean;
  readonly path: KeyPath;
};

export type StepContext = {
  readonly commands: NonNullable<Pipeline["commands"]>;
  /** Numbers a use, and keeps it. */
  readonly use: (use: Omit<Use, "number" | "job">) => number;
  /** Counts one more step; where there are too many it tells so, once. */
  readonly hasRoom: (path: KeyPath) => boolean;
};

/** Of a file, those of commands counted wherever they stand: commands of commands double them. */
const mostSteps = 100_000;

export function roomForSteps(tell: Tell): StepContext["hasRoom"] {
  let left = mostSteps;
  return (path) => {
    left -= 1;
    if (left === -1) tell({ path, message: `with it there are more than ${mostSteps} steps` });
    return left >= 0;
  };
}

type Placed = { readonly scope: Scope; readonly path: KeyPath };

export function resolveSteps(
  steps: readonly Step[],
  { scope, path }: Placed,
  context: StepContext,
  outer: readonly string[] = [],
): readonly StepInit[] {
  return steps.flatMap((step, at) =>
    context.hasRoom([...path, at])
      ? resolveStep(step, { scope, path: [...path, at] }, context, outer)
      : [],
  );
}

function resolveStep(
  step: Step,
  placed: Placed,
  context: StepContext,
  outer: readonly string[],
): readonly StepInit[] {
  const { scope, path } = placed;
  const common = {
    id: step.id ?? "",
    name: text(step.name, placed, "name"),
    condition: resolveCondition(step.if, scope, [...path, "if"]),
    env: resolveVariables(step.env, { scope, path: [...path, "env"] }),
    timeoutMinutes: step.timeout_minutes ?? 0,
    mayFail: step.continue_on_error ?? false,
    onlyFor: [...(step.only_for ?? [])].toSorted(compareBytes),
    origin: outer.at(-1) ?? "",
    place: { path: path.join(".") },
  };
  if (step.uses !== undefined)
    return resolveUse(step.uses, step, { ...common, placed, context, outer });
  return [{ ...common, kind: kindOf(step, placed) }];
}

function kindOf(step: Step, placed: Placed): NonNullable<StepInit["kind"]> {
  if (step.restore_cache !== undefined) {
    return { case: "restoreCache", value: { cache: step.restore_cache } };
  }
  if (step.save_cache !== undefined)
    return { case: "saveCache", value: { cache: step.save_cache } };
  if (step.upload !== undefined) {
    return { case: "upload", value: resolveArtifact(step.upload, within(placed, "upload")) };
  }
  if (step.download !== undefined) {
    return {
      case: "download",
      value: resolveArtifactUse(step.download, within(placed, "download")),
    };
  }
  return {
    case: "run",
    value: {
      command: text(step.run, placed, "run"),
      shell: step.shell ?? "",
      workingDirectory: text(step.working_directory, placed, "working_directory"),
    },
  };
}

type UsePlace = StepInit & {
  readonly placed: Placed;
  readonly context: StepContext;
  readonly outer: readonly string[];
};

const providerStep = /^(?<provider>github|circleci|buildkite|jenkins):(?<reference>.+)$/;
const moduleName = /^(?<name>[a-z][a-z0-9-]*\/[a-z0-9][a-z0-9-]*)(?:@(?<constraint>.+))?$/;

function resolveUse(
  uses: string,
  step: Step,
  { placed, context, outer, ...common }: UsePlace,
): readonly StepInit[] {
  const { scope } = placed;
  const path = [...placed.path, "uses"];
  const provider = providerStep.exec(uses)?.groups;
  if (provider !== undefined) {
    const value = {
      provider: provider["provider"] ?? "",
      reference: provider["reference"] ?? "",
      with: resolveVariables(step.with, within(placed, "with")),
    };
    return [{ ...common, kind: { case: "providerStep", value } }];
  }
  tellOfStepAlone(step, placed);
  const command = Object.hasOwn(context.commands, uses) ? context.commands[uses] : undefined;
  if (command !== undefined) {
    if (outer.includes(uses)) {
      scope.tell({ path, message: `a command is of itself: ${[...outer, uses].join(" -> ")}` });
      return [];
    }
    const parameters = parametersOf(uses, command.parameters ?? {}, step.with ?? {}, placed);
    const inner = { scope: { ...scope, parameters }, path: ["commands", uses, "steps"] };
    return resolveSteps(command.steps, inner, context, [...outer, uses]).map((each) => ({
      ...each,
      name: each.name === "" ? (common.name ?? "") : (each.name ?? ""),
      condition: both(common.condition, each.condition),
      env: joinVariables(common.env ?? [], each.env ?? []),
      onlyFor: bothProviders(common.onlyFor ?? [], each.onlyFor ?? []),
      mayFail: common.mayFail === true || each.mayFail === true,
    }));
  }
  const module = moduleName.exec(uses)?.groups;
  if (module !== undefined) {
    const inputs = Object.fromEntries(
      sortedEntries(step.with).map(([name, value]) => [
        name,
        resolveValue(value, scope, [...placed.path, "with", name]),
      ]),
    );
    const name = module["name"] ?? "";
    const constraint = module["constraint"];
    const given = Object.fromEntries(sortedEntries(step.with));
    const number = context.use({ module: name, constraint, inputs, given, isPackage: false, path });
    return [{ ...common, kind: { case: "module", value: { name, number } } }];
  }
  const [near] = namesNear([uses], Object.keys(context.commands));
  scope.tell({
    path,
    message: `there is no command ${uses}`,
    hint:
      near === undefined
        ? "a module is written namespace/name@constraint, and where it comes from stands under [plugins]; a step of GitHub alone is github:owner/name@ref"
        : `did you mean ${near}?`,
  });
  return [];
}

/** Of what a command or a module stands for, which may be several steps. */
function tellOfStepAlone(step: Step, { scope, path }: Placed): void {
  for (const key of ["id", "timeout_minutes"] as const) {
    if (step[key] === undefined) continue;
    const message = `${step.uses ?? ""} may be several steps, and ${key} is of one`;
    scope.tell({ path: [...path, key], message, hint: "say it at the steps themselves" });
  }
}

type Parameters = NonNullable<NonNullable<Pipeline["commands"]>[string]["parameters"]>;

function parametersOf(
  command: string,
  declared: Parameters,
  given: Readonly<Record<string, Value>>,
  { scope, path }: Placed,
): Readonly<Record<string, string>> {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(declared, name)) continue;
    const [near] = namesNear([name], Object.keys(declared));
    const hint = near === undefined ? {} : { hint: `did you mean ${near}?` };
    scope.tell({
      path: [...path, "with", name],
      message: `${command} has no parameter ${name}`,
      ...hint,
    });
  }
  return Object.fromEntries(
    Object.entries(declared).map(([name, { default: usual }]) => {
      const value = given[name] ?? usual;
      if (value === undefined) {
        scope.tell({ path, message: `${command} has to be given ${name}` });
        return [name, ""];
      }
      if (typeof value === "object") {
        const message = "a parameter is put in before a run, and this is known only then";
        scope.tell({ path: [...path, "with", name], message, hint: "give it to the step as env" });
        return [name, ""];
      }
      return [name, resolveText(scalarText(value), scope, [...path, "with", name])];
    }),
  );
}

function scalarText(value: Scalar): string {
  return String(value);
}

function sortedEntries<Each>(of: Readonly<Record<string, Each>> | undefined) {
  return Object.entries(of ?? {}).toSorted(([a], [b]) => compareBytes(a, b));
}

/** In the order of their names. */
export function resolveVariables(
  env: Readonly<Record<string, Value>> | undefined,
  { scope, path }: Placed,
): VariableInit[] {
  return sortedEntries(env).map(([name, value]) => ({
    name,
    value: resolveValue(value, scope, [...path, name]),
    place: { path: [...path, name].join(".") },
  }));
}

/** Of none: all. */
export function bothProviders(outer: readonly string[], inner: readonly string[]): string[] {
  if (outer.length === 0 || inner.length === 0) return [...outer, ...inner];
  const common = inner.filter((provider) => outer.includes(provider));
  // A name that no provider has: for none of them.
  return common.length === 0 ? ["none"] : common;
}

/** The inner ones win. In the order of their names. */
function joinVariables(
  outer: readonly VariableInit[],
  inner: readonly VariableInit[],
): VariableInit[] {
  const byName = new Map([...outer, ...inner].map((each) => [each.name ?? "", each]));
  return [...byName].toSorted(([a], [b]) => compareBytes(a, b)).map(([, each]) => each);
}

const ends = {
  success: Artifact_When.SUCCESS,
  failure: Artifact_When.FAILURE,
  always: Artifact_When.ALWAYS,
} as const;

export function resolveArtifact(
  artifact: Artifact,
  placed: Placed,
): MessageInitShape<typeof ArtifactSchema> {
  return {
    name: text(artifact.name, placed, "name"),
    paths: artifact.paths.map((each, at) =>
      resolveText(each, placed.scope, [...placed.path, "paths", at]),
    ),
    retentionDays: artifact.retention_days ?? 0,
    when: artifact.when === undefined ? Artifact_When.UNSPECIFIED : ends[artifact.when],
    mayBeMissing: artifact.may_be_missing ?? false,
    place: { path: placed.path.join(".") },
  };
}

export function resolveArtifactUse(
  use: ArtifactUse,
  placed: Placed,
): MessageInitShape<typeof ArtifactUseSchema> {
  return {
    name: text(use.name, placed, "name"),
    // Of the file: which jobs of the graph they are is found when all are there.
    jobs: use.job === undefined ? [] : [use.job],
    path: text(use.path, placed, "path"),
    place: { path: placed.path.join(".") },
  };
}

function within({ scope, path }: Placed, key: string): Placed {
  return { scope, path: [...path, key] };
}

function text(value: string | undefined, { scope, path }: Placed, key: string): string {
  return value === undefined ? "" : resolveText(value, scope, [...path, key]);
}
