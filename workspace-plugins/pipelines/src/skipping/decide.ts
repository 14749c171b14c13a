import { create } from "@bufbuild/protobuf";
import { Skip_Mode, ValueSchema } from "@slipway/pipeline-sdk/graph";
import type { Graph, Job, Value, Variable, Workflow } from "@slipway/pipeline-sdk/graph";
import type { Digest } from "@slipway/signature";
import type { Use } from "../plan/steps.ts";
import { valuesIn } from "../plan/values-in.ts";
import type { RunEvent } from "./run-event.ts";

/** Why a job runs or does not. */
export type Decision =
  | { readonly run: false; readonly reason: "succeeded"; readonly signature: Digest }
  | {
      readonly run: true;
      readonly reason:
        | "never-left-out"
        | "started-on-purpose"
        | "forced"
        /** It asks what only the run knows, which is no part of its signature. */
        | "asks-the-run"
        | "no-signature"
        | "no-success";
    }
  /** One that runs takes a file or a value from it. */
  | { readonly run: true; readonly reason: "needed"; readonly by: string };

export type Known = {
  readonly event: RunEvent["event"];
  readonly isForced: boolean;
  /** By id of the job; one that could not be made is not there. */
  readonly signatures: ReadonlyMap<string, Digest>;
  readonly succeeded: ReadonlySet<Digest>;
  /** Of modules, whose steps nobody has asked for here. */
  readonly uses: readonly Use[];
};

/** Of each job of a workflow whether it has to run; in doubt it does. */
export function decideJobs(workflow: Workflow, known: Known): ReadonlyMap<string, Decision> {
  const decisions = new Map(workflow.jobs.map((job) => [job.id, decideJob(job, workflow, known)]));
  // What is needed comes before what needs it: backwards, a job that turns out to run finds those that it takes from.
  for (const job of workflow.jobs.toReversed()) {
    if (decisions.get(job.id)?.run !== true) continue;
    for (const maker of takenFrom(job, workflow, known.uses)) {
      if (decisions.get(maker)?.run === false) {
        decisions.set(maker, { run: true, reason: "needed", by: job.id });
      }
    }
  }
  return decisions;
}

export function isSkippable(job: Job): boolean {
  const mode = modeOf(job);
  return mode === Skip_Mode.AUTO || mode === Skip_Mode.ASKED;
}

function modeOf({ kind }: Job): Skip_Mode | undefined {
  return kind.case === "work" ? kind.value.skip?.mode : undefined;
}

function decideJob(
  job: Job,
  { env }: Workflow,
  { event, isForced, signatures, succeeded, uses }: Known,
): Decision {
  if (!isSkippable(job)) return { run: true, reason: "never-left-out" };
  const mode = modeOf(job);
  const isOnPurpose = event === "schedule" || event === "manual";
  if (isOnPurpose && mode !== Skip_Mode.ASKED) return { run: true, reason: "started-on-purpose" };
  if (isForced) return { run: true, reason: "forced" };
  const values = [...valuesOf(job), ...valuesAmong(env), ...inputsOf(job, uses)];
  if (values.some(isOfPerson) || (mode !== Skip_Mode.ASKED && values.some(isOfRun))) {
    return { run: true, reason: "asks-the-run" };
  }
  const signature = signatures.get(job.id);
  if (signature === undefined) return { run: true, reason: "no-signature" };
  return succeeded.has(signature)
    ? { run: false, reason: "succeeded", signature }
    : { run: true, reason: "no-success" };
}

/** What its steps are given or ask for; whether it runs at all is another question. */
function valuesOf({ kind }: Job): readonly Value[] {
  if (kind.case !== "work") return [];
  const { steps, env } = kind.value;
  return [
    ...valuesAmong(env),
    ...steps.flatMap((step) => [...valuesAmong(step.env), ...valuesIn(step.condition)]),
    ...steps.flatMap((step) =>
      step.kind.case === "providerStep" ? valuesAmong(step.kind.value.with) : [],
    ),
  ];
}

function valuesAmong(variables: readonly Variable[]): readonly Value[] {
  return variables.flatMap(({ value }) => (value === undefined ? [] : partsOf(value)));
}

/** Given to modules. */
function inputsOf({ id }: Job, uses: readonly Use[]): readonly Value[] {
  return uses
    .filter(({ job }) => job === id)
    .flatMap(({ inputs }) => Object.values(inputs))
    .flatMap((value) => partsOf(create(ValueSchema, value)));
}

function partsOf(value: Value): readonly Value[] {
  return value.kind.case === "joined" ? value.kind.value.of.flatMap(partsOf) : [value];
}

/** Another answer may be given each time. */
function isOfPerson({ kind }: Value): boolean {
  return kind.case === "input" || kind.case === "setting";
}

function isOfRun({ kind }: Value): boolean {
  return kind.case === "fact";
}

/** Ids of the jobs whose files or outputs it takes. What a module takes nobody knows: it may be from every job before. */
function takenFrom(job: Job, { jobs }: Workflow, uses: readonly Use[]): readonly string[] {
  const steps = job.kind.case === "work" ? job.kind.value.steps : [];
  const isOpen = uses.some((use) => use.job === job.id && !use.isPackage);
  if (isOpen) return before(job, jobs);
  const downloads = steps.flatMap(({ kind }) => (kind.case === "download" ? [kind.value] : []));
  const kept = job.kind.case === "work" ? job.kind.value.usesArtifacts : [];
  const values = [...valuesIn(job.condition).flatMap(partsOf), ...valuesOf(job)];
  return [
    ...[...kept, ...downloads].flatMap((use) => use.jobs),
    ...values.flatMap(({ kind }) => (kind.case === "output" ? [kind.value.job] : [])),
  ];
}

function before(job: Job, jobs: readonly Job[]): readonly string[] {
  const found = new Set<string>();
  const follow = (needs: readonly string[]): void => {
    for (const need of needs) {
      if (found.has(need)) continue;
      found.add(need);
      follow(jobs.find(({ id }) => id === need)?.needs ?? []);
    }
  };
  follow(job.needs);
  return [...found];
}

export function workflowOf(graph: Graph, id: string): Workflow | undefined {
  return graph.workflows.find((workflow) => workflow.id === id);
}
