import type { Graph, ProviderStep, Step, Work } from "@slipway/pipeline-sdk/graph";
import { fetchArtifact, isKeptAfterSuccess, keepArtifact } from "./artifacts.ts";
import { restoreCache, saveCache } from "./caches.ts";
import { asksStatus, wantedWhen } from "./conditions.ts";
import { block, call, code, invoke, named, textOf } from "./groovy.ts";
import type { Argument, Node } from "./groovy.ts";
import type { Table } from "./overrides.ts";
import { scriptOf } from "./shell.ts";
import { stepKey, unknownKind, valueOf } from "./values.ts";
import type { Scope } from "./values.ts";
import { isLate, withVariables } from "./variables.ts";

export type StepScope = Scope & {
  readonly graph: Graph;
  readonly work: Work;
  /** Ids of steps whose outputs somebody asks for. */
  readonly heard: ReadonlySet<string>;
  /** What its runner and the job itself say of the machine. */
  readonly asked: Table;
};

/** The steps of a job in its container: what is restored and fetched, its own, what is kept after success. */
export function stepsOf(scope: StepScope): readonly Node[] {
  const { graph, job, work } = scope;
  const before = [
    ...work.caches.map((id) => restoreCache(graph, id)),
    ...work.usesArtifacts.flatMap(fetchArtifact),
  ];
  const after = [
    ...work.artifacts
      .filter(isKeptAfterSuccess)
      .flatMap((artifact) => keepArtifact(graph, job, artifact)),
    ...work.caches.map((id) => saveCache(graph, id)),
  ];
  return goesOn(work)
    ? attempts(before, after, scope)
    : [...before, ...work.steps.flatMap((step) => plainStep(step, scope)), ...after];
}

/** Whether a step may run after one that failed. */
function goesOn({ steps }: Work): boolean {
  return steps.some(({ condition }) => asksStatus(condition));
}

/** Whether the steps take more than a declarative pipeline has of its own. */
export function isScripted({ work, heard, variables }: StepScope): boolean {
  return (
    heard.size > 0 ||
    work.steps.some(({ condition, env }) => condition !== undefined || env.some(isLate)) ||
    variables.some(isLate)
  );
}

/** Each by itself, so that what comes after one that failed is asked whether it runs. */
function attempts(
  before: readonly Node[],
  after: readonly Node[],
  scope: StepScope,
): readonly Node[] {
  const job = textOf(scope.job);
  const hasFailed = `hasTrouble(${job})`;
  const attempt = (wanted: string, body: readonly Node[]): readonly Node[] =>
    body.length === 0 ? [] : [block("attempt", [scope.job, code(wanted)], body)];
  return [
    invoke("forgetTrouble", scope.job),
    ...attempt("true", before),
    ...scope.work.steps.flatMap((step) =>
      attempt(
        wantedWhen(step.condition, {
          ...scope,
          variables: [...scope.variables, ...step.env],
          hasFailed,
        }),
        stepBody(step, scope),
      ),
    ),
    ...attempt(`!${hasFailed}`, after),
    invoke("finish", scope.job),
  ];
}

function plainStep(step: Step, scope: StepScope): readonly Node[] {
  const body = stepBody(step, scope);
  if (step.condition === undefined) return body;
  const variables = [...scope.variables, ...step.env];
  const wanted = wantedWhen(step.condition, { ...scope, variables, hasFailed: "false" });
  return [{ if: wanted, body }];
}

function stepBody(step: Step, scope: StepScope): readonly Node[] {
  const inside = withVariables(step.env, scope, kindOf(step, scope));
  const timed =
    step.timeoutMinutes === 0 || isTimedByShell(step)
      ? inside
      : [block("timeout", [named({ time: step.timeoutMinutes, unit: "MINUTES" })], inside)];
  return step.mayFail ? [block("catchError", [mayFail], timed)] : timed;
}

/** A limit of Jenkins' own ends the run as one that was stopped, even where the step may fail. */
function isTimedByShell({ kind, mayFail: may }: Step): boolean {
  return may && kind.case === "run";
}

/** A failure is shown at the stage, and is none of the run. Who stops the run stops all of it. */
export const mayFail = named({
  buildResult: "SUCCESS",
  stageResult: "UNSTABLE",
  catchInterruptions: false,
});

function kindOf(step: Step, scope: StepScope): readonly Node[] {
  const { graph, job } = scope;
  const { kind } = step;
  switch (kind.case) {
    case "run":
      return runOf(step, scope);
    case "providerStep":
      return [ownStep(kind.value, scope)];
    case "restoreCache":
      return [restoreCache(graph, kind.value.cache)];
    case "saveCache":
      return [saveCache(graph, kind.value.cache)];
    case "upload":
      return keepArtifact(graph, job, kind.value);
    case "download":
      return fetchArtifact(kind.value);
    case "module":
      throw new Error("internal: a step that is still a module reached a provider");
    case undefined:
      throw unknownKind("step");
  }
}

function runOf(step: Step, { job, work, heard }: StepScope): readonly Node[] {
  const { id, name, kind } = step;
  if (kind.case !== "run") return [];
  const { command, shell, workingDirectory } = kind.value;
  const minutes = isTimedByShell(step) ? step.timeoutMinutes : 0;
  const script = scriptOf(command, shell || work.shell, minutes);
  const sh = name === "" ? call("sh", script) : call("sh", named({ label: name, script }));
  const folder = workingDirectory || work.workingDirectory;
  const placed = folder === "" ? [sh] : [block("dir", [folder], [sh])];
  return id !== "" && heard.has(id) ? [block("withOutputs", [stepKey(job, id)], placed)] : placed;
}

/** A step of Jenkins, by the name that it has there; its inputs are in double quotes, in which Groovy puts `${...}` in. */
function ownStep({ reference, with: inputs }: ProviderStep, scope: StepScope): Node {
  if (inputs.length === 0) return call(reference);
  return call(reference, {
    named: inputs.map(({ name, value }) => [
      name,
      value?.kind.case === "literal" ? ownInput(value.kind.value) : code(valueOf(value, scope)),
    ]),
  });
}

function ownInput(text: string): Argument {
  if (/^(?:true|false|0|[1-9]\d{0,8})$/.test(text)) return code(text);
  if (!/\$\{/.test(text)) return text;
  const inner = text
    .replaceAll(/["\\]/g, String.raw`\$&`)
    .replaceAll("\n", String.raw`\n`)
    .replaceAll(/\$(?!\{)/g, String.raw`\$`);
  return code(`"${inner}"`);
}
