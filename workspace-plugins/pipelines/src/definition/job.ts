import { z } from "zod";
import { ConditionText } from "./condition.ts";
import { Matrix } from "./matrix.ts";
import { Checkout, Concurrency, Container, Permissions } from "./resources.ts";
import { Artifact, ArtifactUse, Step } from "./step.ts";
import { Environment } from "./values.ts";
import { Minutes, Name, Pattern, Text, VariableName, overrides } from "./words.ts";

const SkipIf = z.strictObject({
  paths_unmodified: z.array(Pattern).optional().meta({ description: "As source_files." }),
  env: z.array(VariableName).optional().meta({
    description:
      "Variables, set with the provider, that leave it out: neither empty nor `false`. They are part of the signature too.",
  }),
  branch: z
    .array(Text)
    .optional()
    .meta({ description: "Globs of branches on which it is left out." }),
});

const Uses = z.union([
  Text,
  z.strictObject({
    name: Text.meta({ description: "Of a plugin of the kind lang: ruby, node, python, go, rust." }),
    version: Text.optional().meta({
      description: "Of the language; usually what its own files say.",
    }),
    path: Text.optional().meta({ description: "The folder of its lock file." }),
  }),
]);

const ofApprovals = [
  "approval",
  "description",
  "if",
  "matrix",
  "name",
  "needs",
  "skip_if",
  "stage",
  // Told as being one thing too many.
  "steps",
  "workflow",
];

function isOfApproval(key: string): boolean {
  return ofApprovals.includes(key) || Object.hasOwn(overrides, key);
}

export const Job = z
  .strictObject({
    /** For people: part of no signature. */
    description: z.string().optional().meta({ description: "For those who read the file." }),
    name: Text.optional().meta({ description: "For people; usually the key." }),
    workflow: Name.optional().meta({ description: "It is part of; usually `ci`." }),
    stage: Name.optional().meta({ description: "Of its workflow." }),
    needs: z.array(Text).default([]).meta({
      description:
        "Jobs that end before; of one with a matrix all, or `build[arch={{ matrix.arch }}]`.",
    }),
    if: ConditionText.optional().meta({ description: "A condition." }),
    approval: z
      .union([z.literal(true), Text])
      .optional()
      .meta({ description: "Waits for a person, and has no steps; a text is the question." }),
    image: Container.optional().meta({ description: "The container that the steps run in." }),
    runner: Name.optional().meta({
      description: "One of `runners`; usually `project.default_runner`.",
    }),
    services: z
      .array(Name)
      .optional()
      .meta({ description: "Those of `services` that run beside it." }),
    source_files: z.array(Pattern).optional().meta({
      description:
        "What the job reads, in order: `!pattern` takes out what those before it let in, `@name` is a group.",
    }),
    env_inputs: z
      .array(VariableName)
      .optional()
      .meta({ description: "Variables of the machine that are part of the signature." }),
    env: Environment.optional(),
    packages: z
      .array(Uses)
      .optional()
      .meta({ description: "Languages that are installed and cached." }),
    matrix: Matrix.optional().meta({
      description:
        "Values by dimension: a job for each choice; `include`, `exclude`, or `rows` alone.",
    }),
    fail_fast: z
      .boolean()
      .optional()
      .meta({ description: "One failed job of the matrix stops the others." }),
    max_parallel: z.int().min(1).optional().meta({ description: "Jobs of the matrix at once." }),
    skip_if: SkipIf.optional().meta({ description: "When it is left out." }),
    skip: z.enum(["allowed", "never"]).optional().meta({
      description:
        "Whether an unchanged signature leaves it out. Usually it does, but for jobs that deploy to an environment, and for runs that a clock or a person starts; `allowed` is for those too.",
    }),
    caches: z
      .array(Name)
      .optional()
      .meta({ description: "Those of `caches` that are restored and saved." }),
    artifacts: z.array(Artifact).optional().meta({ description: "What is kept of its files." }),
    uses_artifacts: z
      .array(ArtifactUse)
      .optional()
      .meta({ description: "Fetched before the first step." }),
    test_reports: z
      .array(Text)
      .min(1)
      .optional()
      .meta({ description: "Globs of JUnit XML files." }),
    parallelism: z.int().min(2).max(500).optional().meta({
      description: "Equal runs beside each other, which divide the work themselves.",
    }),
    outputs: z
      .record(Name, Text.regex(/^[\w-]+\.[\w-]+$/, "as step.output"))
      .optional()
      .meta({ description: "Values for other jobs: `step.output` by name." }),
    environment: Name.optional().meta({ description: "One of `environments`: the job deploys." }),
    permissions: Permissions.optional(),
    concurrency: Concurrency.optional(),
    timeout_minutes: Minutes.optional(),
    retry: z.int().min(1).max(10).optional().meta({ description: "Times after a failure." }),
    continue_on_error: z
      .boolean()
      .optional()
      .meta({ description: "Its failure is no failure of the run." }),
    checkout: Checkout.optional().meta({
      description: "How the repository is fetched; `false`: not.",
    }),
    shell: Text.optional().meta({ description: "Of its steps; usually bash." }),
    working_directory: Text.optional().meta({ description: "Of its steps." }),
    steps: z.array(Step).min(1).optional().meta({ description: "In order." }),
    ...overrides,
  })
  .refine((job) => (job.steps === undefined) !== (job.approval === undefined), {
    error: "steps, or approval",
    // Told beside what is wrong with other keys.
    when: ({ value }) => typeof value === "object" && value !== null,
  })
  .superRefine((job, context) => {
    if (job.approval === undefined) return;
    for (const [key, value] of Object.entries(job)) {
      if (value === undefined || isOfApproval(key)) continue;
      const message = `an approval has no ${key}: nothing runs in it`;
      context.addIssue({ code: "custom", path: [key], message });
    }
  });
export type Job = z.output<typeof Job>;
