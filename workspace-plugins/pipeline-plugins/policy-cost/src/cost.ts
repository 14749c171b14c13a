import { globMatches, jobsIn, settingsOfAll } from "@slipway/pipeline-kit/policy";
import type { Fault, JobIn, Policy } from "@slipway/pipeline-kit/policy";
import type { Graph } from "@slipway/pipeline-sdk/graph";
import { z } from "zod";

const Count = z.int().min(1);

const settings = z.strictObject({
  ...settingsOfAll,
  /** Of one workflow. */
  max_jobs: Count.optional(),
  /** Jobs of one matrix. */
  max_matrix: Count.optional(),
  max_parallelism: Count.optional(),
  /** Of one workflow: the time limits of its jobs, together. */
  max_minutes: Count.optional(),
  /** Of a job that has no time limit. */
  usual_minutes: Count.default(360),
  /** What a minute of a runner counts; those that are not named count 1. */
  minute_factors: z.record(z.string(), z.number().positive()).default({}),
  /** Globs of the runners that may be used. */
  runners: z.array(z.string()).optional(),
  /** Of schedules: the shortest time between two runs. */
  min_schedule_minutes: Count.optional(),
});

type Settings = z.output<typeof settings>;

export const cost: Policy<Settings> = {
  name: "cost",
  settings,
  judge: (graph, chosen) => [
    ...workflowFaults(graph, chosen),
    ...matrixFaults(graph, chosen),
    ...jobsIn(graph).flatMap((one) => jobFaults(one, chosen)),
    ...scheduleFaults(graph, chosen),
  ],
};

function workflowFaults(graph: Graph, chosen: Settings): readonly Fault[] {
  return graph.workflows.flatMap(({ id, jobs, place }) => {
    const minutes = jobsIn(graph)
      .filter(({ workflow, work }) => workflow.id === id && work !== undefined)
      .reduce((sum, one) => sum + minutesOf(one, chosen), 0);
    return [
      ...over(jobs.length, chosen.max_jobs, (limit) => ({
        code: "COST_001",
        title: "too many jobs",
        message: `the workflow ${id} has ${jobs.length} jobs, and ${limit} is the most`,
        fixHint: "join jobs, or make matrices smaller",
        place,
      })),
      ...over(minutes, chosen.max_minutes, (limit) => ({
        code: "COST_003",
        title: "too many minutes",
        message: `a run of the workflow ${id} may take ${minutes} minutes, and ${limit} is the most`,
        fixHint: "say timeout_minutes of its jobs, or shorten them",
        place,
      })),
    ];
  });
}

/** By the limit of time: what a run can cost, and not what it mostly does. Each attempt and each run beside it counts. */
function minutesOf({ work }: JobIn, chosen: Settings): number {
  if (work === undefined) return 0;
  const minutes = work.timeoutMinutes || chosen.usual_minutes;
  const factor = chosen.minute_factors[work.runner] ?? 1;
  return minutes * factor * (work.parallelism || 1) * (1 + (work.retry?.attempts ?? 0));
}

function matrixFaults(graph: Graph, chosen: Settings): readonly Fault[] {
  const sizes = Map.groupBy(
    jobsIn(graph).filter(({ job }) => job.matrix.length > 0),
    ({ job }) => job.base,
  );
  return [...sizes].flatMap(([base, jobs]) =>
    over(jobs.length, chosen.max_matrix, (limit) => ({
      code: "COST_002",
      title: "a matrix that is too large",
      message: `the matrix of ${base} makes ${jobs.length} jobs, and ${limit} is the most`,
      fixHint: "take values out of it, or exclude some of its choices",
      place: jobs[0]?.job.place,
    })),
  );
}

function jobFaults({ job, work }: JobIn, chosen: Settings): readonly Fault[] {
  if (work === undefined) return [];
  const isAllowed =
    chosen.runners === undefined || chosen.runners.some((glob) => globMatches(glob, work.runner));
  return [
    ...over(work.parallelism, chosen.max_parallelism, (limit) => ({
      code: "COST_004",
      title: "too many runs beside each other",
      message: `the job ${job.id} runs ${work.parallelism} times at once, and ${limit} is the most`,
      fixHint: "lower its parallelism",
      place: job.place,
    })),
    ...(isAllowed
      ? []
      : [
          {
            code: "COST_005",
            level: "error" as const,
            title: "a runner that is not allowed",
            message: `the job ${job.id} runs on ${work.runner || "the provider's usual runner"}`,
            fixHint: `there are ${(chosen.runners ?? []).join(", ")}`,
            place: job.place,
          },
        ]),
  ];
}

function scheduleFaults(graph: Graph, chosen: Settings): readonly Fault[] {
  const all = graph.workflows.flatMap(({ triggers }) => triggers?.schedules ?? []);
  const least = chosen.min_schedule_minutes;
  return all.flatMap(({ cron, place }) => {
    const every = minutesBetween(cron);
    if (least === undefined || every >= least) return [];
    return [
      {
        code: "COST_006",
        level: "error" as const,
        title: "a schedule that is too dense",
        message: `${cron} starts a run each ${every} minutes, and ${least} is the least`,
        fixHint: "let it run less often",
        place,
      },
    ];
  });
}

/** The shortest time between two runs within an hour; of a schedule with one minute of the hour an hour, or a day. */
function minutesBetween(cron: string): number {
  const [minute = "*", hour = "*"] = cron.split(/\s+/);
  const minutes = valuesOf(minute, 60);
  if (minutes.length > 1) return smallestGap(minutes, 60);
  const hours = valuesOf(hour, 24);
  return hours.length > 1 ? smallestGap(hours, 24) * 60 : 24 * 60;
}

function valuesOf(field: string, size: number): readonly number[] {
  const all = field.split(",").flatMap((part) => {
    const [range = "*", step] = part.split("/", 2);
    const [from = "0", to] = range === "*" ? ["0", String(size - 1)] : range.split("-", 2);
    const last = Number(to ?? (step === undefined ? from : size - 1));
    const values = Array.from({ length: size }, (_, at) => at);
    return values.filter(
      (at) => at >= Number(from) && at <= last && (at - Number(from)) % Number(step ?? 1) === 0,
    );
  });
  return [...new Set(all)].toSorted((a, b) => a - b);
}

function smallestGap(values: readonly number[], size: number): number {
  const gaps = values.map((value, at) => {
    const next = values[at + 1] ?? (values[0] ?? 0) + size;
    return next - value;
  });
  return Math.min(...gaps);
}

function over(
  count: number,
  limit: number | undefined,
  tell: (limit: number) => Omit<Fault, "level">,
): readonly Fault[] {
  return limit === undefined || count <= limit ? [] : [{ ...tell(limit), level: "error" }];
}
