import { z } from "zod";
import { ConditionText } from "./condition.ts";
import { Environment, Value } from "./values.ts";
import { Minutes, Name, Text } from "./words.ts";

const artifactPaths = z.array(Text).min(1);

export const Artifact = z.strictObject({
  name: Text.meta({ description: "What it is fetched by." }),
  paths: artifactPaths.meta({ description: "Paths and globs, relative to the workspace." }),
  retention_days: z.int().min(1).max(400).optional().meta({ description: "How long it is kept." }),
  when: z.enum(["success", "failure", "always"]).optional().meta({
    description: "After which end of the job; usually `success`.",
  }),
  may_be_missing: z.boolean().optional().meta({ description: "No file is no failure." }),
});

export const ArtifactUse = z.strictObject({
  name: Text.meta({ description: "Of the artifact." }),
  job: Name.optional().meta({ description: "Which made it, where several do." }),
  path: Text.optional().meta({ description: "Where it goes; usually the workspace." }),
});

export const stepKinds = [
  "run",
  "uses",
  "restore_cache",
  "save_cache",
  "upload",
  "download",
] as const;

export const Step = z
  .strictObject({
    id: Name.optional().meta({ description: "For outputs." }),
    name: Text.optional().meta({ description: "For people." }),
    if: ConditionText.optional().meta({ description: "A condition." }),
    only_for: z
      .array(z.enum(["github", "circleci", "buildkite", "jenkins"]))
      .min(1)
      .optional()
      .meta({ description: "Providers that it is rendered for; usually all." }),
    run: Text.optional().meta({ description: "A command, or several lines of them." }),
    uses: Text.optional().meta({
      description:
        "A command of this file, a module (`lang/ruby@~1.2`), or a step of one provider alone (`github:actions/checkout@v4`).",
    }),
    with: z.record(z.string(), Value).optional().meta({ description: "Inputs of what is used." }),
    restore_cache: Name.optional().meta({ description: "A cache of this file." }),
    save_cache: Name.optional().meta({ description: "A cache of this file." }),
    upload: Artifact.optional().meta({ description: "Keeps files for other jobs and people." }),
    download: ArtifactUse.optional().meta({ description: "Fetches what another job kept." }),
    env: Environment.optional(),
    shell: Text.optional().meta({ description: "Runs the command; usually bash." }),
    working_directory: Text.optional().meta({ description: "Relative to the workspace." }),
    timeout_minutes: Minutes.optional(),
    continue_on_error: z
      .boolean()
      .optional()
      .meta({ description: "A failure is no failure of the job." }),
  })
  .refine(
    (step) => stepKinds.filter((kind) => step[kind] !== undefined).length === 1,
    `one of ${stepKinds.join(", ")}`,
  )
  .refine((step) => step.with === undefined || step.uses !== undefined, "with goes with uses")
  .refine(
    (step) =>
      step.run !== undefined || (step.shell === undefined && step.working_directory === undefined),
    "shell and working_directory go with run",
  );
export type Step = z.output<typeof Step>;
export type Artifact = z.output<typeof Artifact>;
export type ArtifactUse = z.output<typeof ArtifactUse>;
