import { z } from "zod";
import { Environment } from "./values.ts";
import { Name, Scalar, Text, VariableName, overrides } from "./words.ts";
import { Step } from "./step.ts";

const Credentials = z.strictObject({
  username: Text.meta({ description: "With the registry." }),
  password_secret: VariableName.meta({ description: "Name of the secret." }),
});

/** An image, and what it takes to run it. */
export const Container = z.union([
  Text,
  z.strictObject({
    name: Text.meta({ description: "Reference of the image." }),
    credentials: Credentials.optional().meta({ description: "Of its registry." }),
    user: Text.optional().meta({ description: "That commands run as." }),
    entrypoint: z
      .array(z.string())
      .min(1)
      .optional()
      .meta({ description: "In the place of the image's own." }),
  }),
]);

export const Service = z.strictObject({
  image: Container.meta({ description: "Its image." }),
  env: Environment.optional(),
  ports: z
    .array(z.union([z.int().min(1).max(65_535), Text.regex(/^\d{1,5}:\d{1,5}$/, "as 8080:80")]))
    .optional()
    .meta({ description: "Ports of the container, or `host:container`." }),
  command: z.array(z.string()).optional().meta({ description: "In the place of the image's own." }),
  health: z
    .strictObject({
      command: Text.meta({ description: "Ends with 0 when the service is ready." }),
      interval_seconds: z.int().min(1).optional().meta({ description: "Between two tries." }),
      timeout_seconds: z.int().min(1).optional().meta({ description: "Of one try." }),
      retries: z.int().min(1).optional().meta({ description: "Tries before it has failed." }),
      start_period_seconds: z
        .int()
        .min(0)
        .optional()
        .meta({ description: "Failures before that do not count." }),
    })
    .optional()
    .meta({ description: "Steps begin when it is ready." }),
});

export const Cache = z.strictObject({
  paths: z.array(Text).min(1).meta({ description: "What is kept." }),
  key_parts: z.array(Text).min(1).optional().meta({
    description: "Files, whose digest counts, and texts with templates: `ruby:{{ ruby_version }}`.",
  }),
  backend: Text.optional().meta({
    description: "`native`, or what a plugin offers: s3, gcs, minio.",
  }),
});

export const Command = z.strictObject({
  description: z.string().optional().meta({ description: "For those who read the file." }),
  parameters: z
    .record(
      Name,
      z.strictObject({
        default: Scalar.optional().meta({ description: "Without it `with` has to set it." }),
        description: z.string().optional().meta({ description: "For those who use it." }),
      }),
    )
    .optional()
    .meta({ description: "What `with` sets; in steps `{{ parameters.NAME }}`." }),
  steps: z.array(Step).min(1).meta({ description: "In order." }),
});

export const DeployEnvironment = z.strictObject({
  name: Text.optional().meta({ description: "With the provider; usually the key." }),
  url: Text.optional().meta({
    description: "Where people see what was deployed; templates, and facts of the run.",
  }),
});

const Access = z.enum(["none", "read", "write"]);

export const Permissions = z.union([Access, z.record(Text, Access)]).meta({
  description: "Of the token of a job: one for all, or by scope.",
});

export const Concurrency = z
  .strictObject({
    group: Text.meta({
      description: "One at a time of each; templates, and facts of the run: `deploy-{{ branch }}`.",
    }),
    cancel_in_progress: z
      .boolean()
      .default(false)
      .meta({ description: "The next one ends the one that runs, and does not wait for it." }),
  })
  .meta({ description: "What does not run beside itself." });

export const Checkout = z.union([
  z.literal(false),
  z.strictObject({
    depth: z.int().min(0).optional().meta({ description: "Commits; 0 is all of them." }),
    submodules: z.boolean().optional().meta({ description: "Fetched too." }),
    lfs: z.boolean().optional().meta({ description: "Large files are fetched too." }),
    tags: z.boolean().optional().meta({ description: "Fetched too." }),
    path: Text.optional().meta({ description: "Where it goes; usually the workspace." }),
  }),
]);

export const Runner = z.strictObject(overrides);
export type Container = z.output<typeof Container>;
export type Permissions = z.output<typeof Permissions>;
export type Concurrency = z.output<typeof Concurrency>;
