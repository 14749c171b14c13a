import { z } from "zod";

const Name = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_-]*$/, "letters, digits, - and _ only");

const Scalar = z.union([z.string(), z.number(), z.boolean()]);

/** A pattern of paths relative to the workspace, or `@group`. */
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
  /** For people: part of no signature. */
  description: z.string().optional(),
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

export const Pipeline = z.strictObject({
  version: z.string().min(1),
  project: z.strictObject({ name: z.string().min(1), default_runner: Name.optional() }),
  variables: z.record(z.string(), z.string()).optional(),
  /** Lists of patterns that jobs and other groups name as `@group`. */
  source_file_groups: z.record(Name, z.array(Pattern)).optional(),
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
});
export type Pipeline = z.output<typeof Pipeline>;
export type Job = Pipeline["jobs"][string];
