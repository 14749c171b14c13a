import { globMatches, jobsIn, settingsOfAll } from "@slipway/pipeline-kit/policy";
import type { Fault, JobIn, Policy } from "@slipway/pipeline-kit/policy";
import type { Graph, Step } from "@slipway/pipeline-sdk/graph";
import { z } from "zod";

const Pattern = z.string().refine(isPattern, "no regular expression");

const settings = z.strictObject({
  ...settingsOfAll,
  /** A regular expression for all of the name of a job, as the file has it. */
  job_names: Pattern.optional(),
  workflow_names: Pattern.optional(),
  step_names: z.boolean().default(false),
  timeouts: z.boolean().default(true),
  longest_minutes: z.int().min(1).optional(),
  /** Steps that jobs have to have: by the name of their step, a part of their command, or what is used. */
  required_steps: z
    .array(z.strictObject({ jobs: z.string().default("*"), step: z.string().min(1) }))
    .default([]),
  required_jobs: z.array(z.string()).default([]),
});

type Settings = z.output<typeof settings>;

function isPattern(text: string): boolean {
  try {
    return new RegExp(text).source !== "";
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

export const conventions: Policy<Settings> = {
  name: "conventions",
  settings,
  judge: (graph, chosen) => [
    ...missingJobs(graph, chosen),
    ...graph.workflows.flatMap(({ id, place }) =>
      isNamedAs(id, chosen.workflow_names)
        ? []
        : [nameFault(`the workflow ${id}`, chosen.workflow_names ?? "", place)],
    ),
    ...firstOfEach(jobsIn(graph)).flatMap((one) => [
      ...jobNameFaults(one, chosen),
      ...timeoutFaults(one, chosen),
      ...stepNameFaults(one, chosen),
      ...requiredFaults(one, chosen),
    ]),
  ],
};

/** Jobs of one matrix are alike in all that is judged here. */
function firstOfEach(jobs: readonly JobIn[]): readonly JobIn[] {
  const bases = jobs.map(({ job }) => job.base || job.id);
  return jobs.filter((_one, at) => bases.indexOf(bases[at] ?? "") === at);
}

function isNamedAs(name: string, pattern: string | undefined): boolean {
  return pattern === undefined || new RegExp(`^(?:${pattern})$`).test(name);
}

function nameFault(of: string, pattern: string, place: Fault["place"]): Fault {
  return {
    code: "CONVENTIONS_001",
    level: "error",
    title: "a name of another form",
    message: `${of} is not named as ${pattern}`,
    fixHint: "rename it, and where it is needed",
    place,
  };
}

function jobNameFaults({ job }: JobIn, { job_names: pattern }: Settings): readonly Fault[] {
  const name = job.base || job.id;
  return isNamedAs(name, pattern) ? [] : [nameFault(`the job ${name}`, pattern ?? "", job.place)];
}

function timeoutFaults(
  { job, work }: JobIn,
  { timeouts, longest_minutes: longest }: Settings,
): readonly Fault[] {
  if (work === undefined) return [];
  const { timeoutMinutes } = work;
  if (timeoutMinutes === 0) {
    if (!timeouts) return [];
    return [
      {
        code: "CONVENTIONS_002",
        level: "warning",
        title: "no time limit",
        message: `the job ${job.base || job.id} may hang for as long as the provider lets it`,
        fixHint: "timeout_minutes = 30",
        place: job.place,
      },
    ];
  }
  if (longest === undefined || timeoutMinutes <= longest) return [];
  return [
    {
      code: "CONVENTIONS_003",
      level: "error",
      title: "a time limit that is too long",
      message: `the job ${job.base || job.id} may take ${timeoutMinutes} minutes, and ${longest} is the longest`,
      fixHint: "divide it, or shorten its limit",
      place: job.place,
    },
  ];
}

function stepNameFaults({ job, work }: JobIn, { step_names: isAsked }: Settings): readonly Fault[] {
  if (!isAsked) return [];
  return (work?.steps ?? [])
    .filter(({ name, kind }) => name === "" && kind.case === "run")
    .map(({ place = job.place }) => ({
      code: "CONVENTIONS_004",
      level: "warning",
      title: "a step without a name",
      message: `a step of the job ${job.base || job.id} has no name`,
      fixHint: 'name = "..."',
      place,
    }));
}

function requiredFaults(
  { job, work }: JobIn,
  { required_steps: required }: Settings,
): readonly Fault[] {
  if (work === undefined) return [];
  const name = job.base || job.id;
  return required
    .filter(({ jobs, step }) => globMatches(jobs, name) && !work.steps.some((one) => is(one, step)))
    .map(({ step }) => ({
      code: "CONVENTIONS_005",
      level: "error",
      title: "a step is missing",
      message: `the job ${name} has no step ${step}`,
      fixHint: "add it, or name the jobs that need it in required_steps",
      place: job.place,
    }));
}

function is({ name, origin, kind }: Step, wanted: string): boolean {
  if (name === wanted || origin === wanted) return true;
  if (kind.case === "run") return kind.value.command.includes(wanted);
  return kind.case === "providerStep" && kind.value.reference.split("@", 1)[0] === wanted;
}

function missingJobs(graph: Graph, { required_jobs: required }: Settings): readonly Fault[] {
  const names = new Set(jobsIn(graph).map(({ job }) => job.base || job.id));
  return required
    .filter((name) => !names.has(name))
    .map((name) => ({
      code: "CONVENTIONS_006",
      level: "error",
      title: "a job is missing",
      message: `there is no job ${name}`,
      fixHint: `add [jobs.${name}]`,
      place: undefined,
    }));
}
