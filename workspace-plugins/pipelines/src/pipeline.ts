import { z } from "zod";

const Name = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_-]*$/, "letters, digits, - and _ only");

const Scalar = z.union([z.string(), z.number(), z.boolean()]);

/** A pattern of paths relative to the workspace. */
const Pattern = z
  .string()
  .min(1)
  .refine((pattern) => !/^!?\/|(^!?|\/)\.\.(\/|$)/.test(pattern), "leads out of the workspace");

const Step = z
  .strictObject({
    run: z.string().min(1).optional(),
    uses: z.string().min(1).optional(),
    with: z.record(z.string(), Scalar).optional(),
  })
  .refine(({ run, uses }) => (run === undefined) !== (uses === undefined), "either run or uses")
  .refine((step) => step.with === undefined || step.uses !== undefined, "with goes with uses");

const SkipIf = z.strictObject({
  paths_unmodified: z.array(Pattern).optional(),
  env: z.array(z.string().min(1)).optional(),
  branch: z.array(z.string().min(1)).optional(),
});

const Job = z.strictObject({
  needs: z.array(Name).default([]),
  image: z.string().min(1).optional(),
  runner: Name.optional(),
  /** What the job reads, in order: `!pattern` takes out what those before it let in. */
  source_files: z.array(Pattern).optional(),
  env: z.record(z.string(), z.string()).optional(),
  packages: z.array(z.string().min(1)).optional(),
  matrix: z.record(Name, z.array(Scalar).min(1)).optional(),
  skip_if: SkipIf.optional(),
  steps: z.array(Step).min(1),
});

export const Pipeline = z
  .strictObject({
    version: z.string().min(1),
    project: z.strictObject({ name: z.string().min(1), default_runner: Name.optional() }),
    variables: z.record(z.string(), z.string()).optional(),
    jobs: z.record(Name, Job),
    caches: z
      .record(
        Name,
        z.strictObject({
          paths: z.array(z.string().min(1)),
          key_parts: z.array(z.string().min(1)).optional(),
        }),
      )
      .optional(),
    runners: z.record(Name, z.record(Name, z.record(z.string(), Scalar))).optional(),
    outputs: z
      .array(
        z.strictObject({
          provider: Name,
          path: Pattern,
          description: z.string().optional(),
        }),
      )
      .optional(),
  })
  .superRefine(({ jobs }, context) => {
    for (const [path, message] of needProblems(jobs)) {
      context.addIssue({ code: "custom", path: [...path], message });
    }
  });
export type Pipeline = z.output<typeof Pipeline>;

type Jobs = Readonly<Record<string, { readonly needs: readonly string[] }>>;
type NeedProblem = readonly [path: readonly (string | number)[], message: string];

function needProblems(jobs: Jobs): readonly NeedProblem[] {
  return Object.entries(jobs).flatMap(([id, { needs }]) =>
    needs.flatMap((need, at): readonly NeedProblem[] => {
      const path = ["jobs", id, "needs", at];
      if (!Object.hasOwn(jobs, need)) return [[path, `there is no job ${need}`]];
      return leadsTo(jobs, need, id) ? [[path, `${need} needs ${id} in turn`]] : [];
    }),
  );
}

function leadsTo(jobs: Jobs, from: string, wanted: string): boolean {
  const seen = new Set([from]);
  for (const id of seen) {
    for (const need of jobs[id]?.needs ?? []) seen.add(need);
  }
  return seen.has(wanted);
}
