import type { ArtifactUse, Graph, Job, Value } from "@slipway/pipeline-sdk/graph";
import { namesNear } from "@slipway/signature/names-near";
import type { PlanProblem, Tell } from "./scope.ts";
import { valuesIn } from "./values-in.ts";

type Jobs = ReadonlyMap<string, Job>;

/**
 * What jobs hand to each other: artifacts and outputs, which the file names by its own jobs, are put down as those of jobs of the
 * graph. Changes `graph`. Where a module is still to give its steps, nothing is missed of them.
 */
export function settleExchanges(graph: Graph, report: Tell): void {
  const told = new Set<string>();
  // What asks for one thing twice is wrong once.
  const tell: Tell = (problem) => {
    const text = JSON.stringify(problem);
    if (!told.has(text)) report(problem);
    told.add(text);
  };
  for (const { id, jobs, triggers, env } of graph.workflows) {
    const inputs = new Set(triggers?.manual?.inputs.map(({ name }) => name));
    const byId = new Map(jobs.map((job) => [job.id, job]));
    const before = new Map<string, ReadonlySet<string>>();
    for (const job of jobs) {
      const all = job.needs.flatMap((need) => [need, ...(before.get(need) ?? [])]);
      before.set(job.id, new Set(all));
      settleJob(job, { byId, before: before.get(job.id) ?? new Set(), inputs, tell });
    }
    for (const { value } of env) if (value !== undefined) settleShared(value, { id, inputs, tell });
  }
}

type Surroundings = {
  readonly byId: Jobs;
  /** Ids of all jobs that end before it. */
  readonly before: ReadonlySet<string>;
  /** Names of those of the manual trigger. */
  readonly inputs: ReadonlySet<string>;
  readonly tell: Tell;
};

type Shared = Pick<Surroundings, "inputs" | "tell"> & { readonly id: string };

/** Of the environment of a workflow, where no job has run and no step is. */
function settleShared(value: Value, { id, inputs, tell }: Shared): void {
  const { kind } = value;
  const path = ["workflows", id, "env"];
  if (kind.case === "joined") {
    for (const part of kind.value.of) settleShared(part, { id, inputs, tell });
  } else if (kind.case === "output" || kind.case === "step") {
    tell({ path, message: "of outputs and steps only a job knows", hint: "say it at the job" });
  } else if (kind.case === "input") tellOfInput(kind.value, path, { inputs, tell });
}

function tellOfInput(
  name: string,
  path: PlanProblem["path"],
  { inputs, tell }: Pick<Surroundings, "inputs" | "tell">,
): void {
  // Where nobody is asked for anything, an input is empty, and can be meant.
  if (inputs.size === 0 || inputs.has(name)) return;
  const message = `there is no input ${name} of the manual trigger`;
  tell({ path, message, ...near(name, [...inputs]) });
}

function settleJob(job: Job, around: Surroundings): void {
  for (const value of valuesIn(job.condition)) settleValue(value, job, around);
  if (job.kind.case !== "work") return;
  const { steps, env, usesArtifacts, outputs } = job.kind.value;
  const downloads = steps.flatMap(({ kind }) => (kind.case === "download" ? [kind.value] : []));
  for (const use of [...usesArtifacts, ...downloads]) settleArtifact(use, around);
  const inputs = steps.flatMap(({ kind }) => (kind.case === "providerStep" ? kind.value.with : []));
  const variables = [...env, ...steps.flatMap((step) => step.env), ...inputs];
  for (const { value } of variables) if (value !== undefined) settleValue(value, job, around);
  for (const step of steps) {
    for (const value of valuesIn(step.condition)) settleValue(value, job, around);
  }
  const isOpen = steps.some(({ kind }) => kind.case === "module");
  const ids = steps.map(({ id }) => id).filter((id) => id !== "");
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) {
    around.tell({ path: ["jobs", job.base, "steps"], message: `two steps have the id ${twice}` });
  }
  for (const { name, step } of outputs) {
    if (isOpen || ids.includes(step)) continue;
    const message = `no step of the job has the id ${step}`;
    around.tell({ path: ["jobs", job.base, "outputs", name], message, ...near(step, ids) });
  }
}

function settleArtifact(use: ArtifactUse, { byId, before, tell }: Surroundings): void {
  const [base] = use.jobs;
  const makers = [...byId.values()].filter(
    (job) => makes(job, use.name) && (base === undefined || job.base === base || job.id === base),
  );
  const found = makers.filter(({ id }) => before.has(id)).map(({ id }) => id);
  const path = (use.place?.path ?? "").split(".");
  const [late] = makers;
  if (found.length > 0) {
    use.jobs = found;
  } else if (late !== undefined) {
    const hint = `put ${late.base} into needs`;
    tell({ path, message: `${late.id} keeps ${use.name}, and does not end before`, hint });
  } else if (![...byId.values()].some(isOpenJob)) {
    const known = [...byId.values()].flatMap(madeBy);
    const who = base === undefined ? "no job of the workflow keeps" : `${base} does not keep`;
    tell({ path, message: `${who} an artifact ${use.name}`, ...near(use.name, known) });
  }
}

function settleValue(value: Value, job: Job, around: Surroundings): void {
  const { kind } = value;
  if (kind.case === "joined") for (const part of kind.value.of) settleValue(part, job, around);
  if (kind.case === "input") tellOfInput(kind.value, ["jobs", job.base], around);
  if (kind.case === "step") settleStep(kind.value.step, job, around);
  if (kind.case !== "output") return;
  const { job: base, name } = kind.value;
  const path = ["jobs", job.base];
  const ofBase = [...around.byId.values()].filter((one) => one.base === base || one.id === base);
  const needed = ofBase.filter(({ id }) => job.needs.includes(id));
  const [only] = needed;
  if (only === undefined) {
    const [late] = ofBase;
    const message = `output ${base}.${name}: ${late === undefined ? `there is no job ${base} in the workflow` : `${base} is not needed`}`;
    const hint =
      late === undefined
        ? near(
            base,
            [...around.byId.values()].map((one) => one.base),
          )
        : { hint: `put ${base} into needs` };
    around.tell({ path, message, ...hint });
  } else if (needed.length > 1) {
    const message = `output ${base}.${name} is of several jobs: ${needed.map(({ id }) => id).join(", ")}`;
    around.tell({ path, message, hint: `name one of them, as ${only.id}.${name}` });
  } else {
    kind.value.job = only.id;
    const names = only.kind.case === "work" ? only.kind.value.outputs.map((one) => one.name) : [];
    if (!names.includes(name)) {
      around.tell({ path, message: `${base} has no output ${name}`, ...near(name, names) });
    }
  }
}

function settleStep(id: string, { base, kind }: Job, { tell }: Surroundings): void {
  const steps = kind.case === "work" ? kind.value.steps : [];
  const ids = steps.map((step) => step.id);
  if (ids.includes(id) || steps.some((step) => step.kind.case === "module")) return;
  const message = `no step of the job has the id ${id}`;
  tell({ path: ["jobs", base], message, ...near(id, ids) });
}

function near(name: string, known: readonly string[]): Pick<PlanProblem, "hint"> {
  const [meant] = namesNear([name], [...new Set(known)]);
  return meant === undefined ? {} : { hint: `did you mean ${meant}?` };
}

function isOpenJob({ kind }: Job): boolean {
  return kind.case === "work" && kind.value.steps.some((step) => step.kind.case === "module");
}

function makes(job: Job, name: string): boolean {
  return madeBy(job).includes(name);
}

/** Names of what it keeps. */
function madeBy({ kind }: Job): readonly string[] {
  if (kind.case !== "work") return [];
  const uploads = kind.value.steps.flatMap((step) =>
    step.kind.case === "upload" ? [step.kind.value.name] : [],
  );
  return [...kind.value.artifacts.map(({ name }) => name), ...uploads];
}
