import { parseReference } from "@slipway/registry/reference";
import { z } from "zod";
import { Job } from "./job.ts";
import {
  Cache,
  Command,
  Concurrency,
  DeployEnvironment,
  Permissions,
  Runner,
  Service,
} from "./resources.ts";
import { Triggers } from "./triggers.ts";
import { Environment } from "./values.ts";
import { Keys, Minutes, Name, Pattern, Scalar, Text, VariableName, overrides } from "./words.ts";

const Workflow = z.strictObject({
  name: Text.optional().meta({ description: "For people; usually the key." }),
  triggers: Triggers.optional().meta({
    description: "When it runs; usually as `triggers` of the file.",
  }),
  env: Environment.optional(),
  permissions: Permissions.optional(),
  concurrency: Concurrency.optional(),
  stages: z
    .array(
      z.strictObject({
        name: Name.meta({ description: "What jobs name it by." }),
        needs: z.array(Name).default([]).meta({ description: "Stages of the same workflow." }),
      }),
    )
    .optional()
    .meta({ description: "Jobs of a stage need all jobs of the stages that it needs." }),
  ...overrides,
});

export const Pipeline = z.strictObject({
  version: z.literal("0.2").meta({ description: "Of this schema." }),
  project: z
    .strictObject({
      name: Text.meta({ description: "Jobs are signed as `name:job`." }),
      default_runner: Name.optional().meta({ description: "Of jobs that name none." }),
      registry: Text.refine(
        (text) => parseReference(`${text}/kind/name`).ok,
        "host or host:port, with or without a path",
      )
        .optional()
        .meta({ description: "Where modules come from that are named without a host." }),
    })
    .meta({ description: "What all of it is of." }),
  variables: z.record(VariableName, Scalar).optional().meta({
    description: "Set in the environment of every job, and in templates: `{{ NAME }}`.",
  }),
  triggers: Triggers.optional().meta({
    description: "When it all runs; usually at a push to `main` and at pull requests.",
  }),
  permissions: Permissions.optional(),
  concurrency: Concurrency.optional(),
  workflows: z.record(Name, Workflow).optional().meta({
    description:
      "Jobs that start by other events, or that are told apart; without them all are of `ci`.",
  }),
  /** Lists of patterns that jobs and other groups name as `@group`. */
  source_file_groups: z.record(Name, z.array(Pattern)).optional().meta({
    description: "Patterns by a name, which jobs use as `@name`.",
  }),
  jobs: z.record(Name, Job).meta({ description: "By id." }),
  commands: z.record(Name, Command).optional().meta({ description: "Steps under a name." }),
  services: z.record(Name, Service).optional().meta({ description: "Containers beside jobs." }),
  caches: z
    .record(Name, Cache)
    .optional()
    .meta({ description: "Folders that are kept between runs." }),
  runners: z.record(Name, Runner).optional().meta({
    description: "Machines by name, with what each provider calls them.",
  }),
  environments: z.record(Name, DeployEnvironment).optional().meta({
    description: "Where jobs deploy to.",
  }),
  plugins: z
    .record(
      Text,
      z.union([
        Text,
        z.strictObject({
          version: Text.optional().meta({ description: "A constraint: 1.0, >=1.1, ~1.2, ^1.0." }),
          source: Text.optional().meta({
            description:
              "A registry reference, `git+…//folder@ref`, or a folder of this repository.",
          }),
          settings: Keys.optional().meta({ description: "What the plugin itself is told." }),
        }),
      ]),
    )
    .optional()
    .meta({
      description: "Plugins by name, with their constraint, beside those that come with us.",
    }),
  skipping: z
    .strictObject({
      install: Text.optional().meta({
        description: "Commands that get slipway by its pinned digest, where a run has none.",
      }),
      command: Text.optional().meta({ description: "How it is called; usually `slipway ci`." }),
      store: Text.optional().meta({
        description:
          "Where successes are kept: `native` (usual: the cache of the provider), a folder, https://…, or oci://registry/name.",
      }),
      secrets: z.array(VariableName).optional().meta({
        description: "Names of secrets that the store needs.",
      }),
      protected_branches: z.array(Text).optional().meta({
        description:
          "Whose successes every run believes; usually main and master. Others believe their own too.",
      }),
      timeout_minutes: Minutes.optional().meta({ description: "Of the decision; usually 5." }),
    })
    .optional()
    .meta({ description: "Jobs are left out while their work signature is as at a success." }),
  outputs: z
    .array(
      z.strictObject({
        provider: Name.meta({
          description: "github, circleci, buildkite, jenkins, or of a plugin.",
        }),
        path: Pattern.meta({
          description:
            "The file, relative to the workspace; `{workflow}` in it makes a file of each workflow.",
        }),
        workflows: z.array(Name).optional().meta({ description: "Usually all." }),
        description: z.string().optional().meta({ description: "For those who read this." }),
      }),
    )
    .optional()
    .meta({ description: "The files that are rendered." }),
});
export type Pipeline = z.output<typeof Pipeline>;
