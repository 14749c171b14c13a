import { parseConfig } from "@circleci/circleci-config-parser";
import { parse } from "yaml";
import { z } from "zod";

/**
 * A configuration as CircleCI's reference describes it, in keys and values: CircleCI gives no parser away, and no package carries its schema.
 * https://circleci.com/docs/reference/configuration-reference
 */
const Texts = z.array(z.string());
const Variables = z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string());
const Moment = z.enum(["always", "on_success", "on_fail"]);
const Duration = z.string().regex(/^\d+[smh]$/);

const LongRun = z.strictObject({
  name: z.string().optional(),
  command: z.string().min(1),
  shell: z.string().optional(),
  environment: Variables.optional(),
  working_directory: z.string().optional(),
  no_output_timeout: Duration.optional(),
  when: Moment.optional(),
  max_auto_reruns: z.int().min(1).max(5).optional(),
});

const Run = z.union([
  z
    .string()
    .min(1)
    .transform((command) => ({ command })),
  LongRun,
]);

const Step = z.union([
  z.literal("checkout"),
  z.strictObject({ run: Run }),
  z.strictObject({ checkout: z.strictObject({ path: z.string() }) }),
  z.strictObject({
    restore_cache: z.strictObject({ name: z.string().optional(), keys: Texts.min(1) }),
  }),
  z.strictObject({
    save_cache: z.strictObject({
      name: z.string().optional(),
      key: z.string().min(1),
      paths: Texts.min(1),
      when: Moment.optional(),
    }),
  }),
  z.strictObject({
    store_artifacts: z.strictObject({ path: z.string(), destination: z.string().optional() }),
  }),
  z.strictObject({ store_test_results: z.strictObject({ path: z.string() }) }),
  z.strictObject({
    persist_to_workspace: z.strictObject({ root: z.string(), paths: Texts.min(1) }),
  }),
  z.strictObject({ attach_workspace: z.strictObject({ at: z.string() }) }),
]);

const Image = z.strictObject({
  image: z.string(),
  entrypoint: Texts.optional(),
  command: Texts.optional(),
  user: z.string().optional(),
  auth: z.strictObject({ username: z.string(), password: z.string().regex(/^\$\w+$/) }).optional(),
  environment: Variables.optional(),
});

const Job = z
  .strictObject({
    description: z.string().optional(),
    docker: z.array(Image).min(1).optional(),
    machine: z.union([z.literal(true), z.strictObject({ image: z.string() })]).optional(),
    resource_class: z.string().optional(),
    parallelism: z.int().min(2).optional(),
    environment: Variables.optional(),
    steps: z.array(Step).min(1),
  })
  .refine(
    ({ docker, machine }) => (docker === undefined) !== (machine === undefined),
    "an executor",
  );

const Status = z.enum(["success", "failed", "canceled", "not_run", "terminal"]);
const Branches = z.strictObject({ only: Texts.min(1) });

const Entry = z.strictObject({
  type: z.literal("approval").optional(),
  requires: z
    .array(z.union([z.string(), z.record(z.string(), z.union([Status, z.array(Status).min(1)]))]))
    .min(1)
    .optional(),
  context: z.union([z.string(), Texts]).optional(),
  filters: z
    .union([z.string(), z.strictObject({ tags: z.strictObject({ only: z.string() }) })])
    .optional(),
  "serial-group": z
    .string()
    .regex(/^(?:[\w./-]|<< pipeline\.[\w.-]+ >>)+$/)
    .optional(),
  "pre-steps": z.array(Step).optional(),
});

export type Logic =
  | string
  | { and: Logic[] }
  | { or: Logic[] }
  | { not: Logic }
  | { equal: string[] }
  | { matches: { pattern: string; value: string } };
const Logic: z.ZodType<Logic> = z.lazy(() =>
  z.union([
    z.string(),
    z.strictObject({ and: z.array(Logic).min(1) }),
    z.strictObject({ or: z.array(Logic).min(1) }),
    z.strictObject({ not: Logic }),
    z.strictObject({ equal: Texts.min(2) }),
    z.strictObject({ matches: z.strictObject({ pattern: z.string(), value: z.string() }) }),
  ]),
);

const Workflow = z.strictObject({
  when: Logic.optional(),
  triggers: z
    .array(
      z.strictObject({
        schedule: z.strictObject({
          cron: z.string().regex(/^(?:[\d,]+|\*)(?: (?:[\d,]+|\*)){4}$/),
          filters: z.strictObject({ branches: Branches }),
        }),
      }),
    )
    .optional(),
  jobs: z.array(z.union([z.string(), z.record(z.string(), Entry)])).min(1),
});

const Parameter = z.strictObject({
  description: z.string().optional(),
  type: z.enum(["string", "boolean", "enum"]),
  enum: Texts.optional(),
  default: z.union([z.string(), z.boolean()]),
});

const Config = z.strictObject({
  version: z.literal(2.1),
  setup: z.literal(true).optional(),
  parameters: z.record(z.string().regex(/^[A-Za-z][\w-]*$/), Parameter).optional(),
  jobs: z.record(z.string(), Job),
  workflows: z.record(z.string(), Workflow),
});

export type CircleciConfig = z.output<typeof Config>;
export type CircleciRun = z.output<typeof LongRun>;
export type CircleciJob = CircleciConfig["jobs"][string];
export type CircleciEntry = z.output<typeof Entry>;

const pipelineValues = [
  "pipeline.git.branch",
  "pipeline.git.tag",
  "pipeline.git.revision",
  "pipeline.number",
  "pipeline.trigger_source",
];

/** With what `<<` escapes as CircleCI reads it, and every reference to something that is there. */
export function readCircleci(content: string): CircleciConfig {
  const config = Config.parse(parse(content));
  checkValues(config);
  for (const [name, { jobs }] of Object.entries(config.workflows)) {
    const entries = jobs.flatMap(entriesOf);
    const names = new Set(entries.map(([id]) => id));
    if (names.size !== entries.length) throw new Error(`${name} has a job twice`);
    for (const [id, { type, requires = [] }] of entries) {
      if ((type === "approval") === id in config.jobs)
        throw new Error(`${id} is no job of the file`);
      for (const one of requires.flatMap(namesOf)) {
        if (!names.has(one)) throw new Error(`${id} requires ${one}, which is not there`);
      }
    }
  }
  return config;
}

export function entriesOf(
  entry: string | Readonly<Record<string, CircleciEntry>>,
): readonly (readonly [string, CircleciEntry])[] {
  return typeof entry === "string" ? [[entry, {}] as const] : Object.entries(entry);
}

function namesOf(requirement: NonNullable<CircleciEntry["requires"]>[number]): readonly string[] {
  return typeof requirement === "string" ? [requirement] : Object.keys(requirement);
}

/** What is no text but a value of the pipeline has to be one that there is. */
function checkValues(config: CircleciConfig): void {
  const known = new Set([
    ...pipelineValues,
    ...Object.keys(config.parameters ?? {}).map((name) => `pipeline.parameters.${name}`),
  ]);
  for (const text of textsIn(config)) {
    for (const [found] of text.matchAll(/\\<<|<<(?: [\w.-]+ >>)?/g)) {
      const value = /^<< (?<name>\S+) >>$/.exec(found)?.groups?.["name"] ?? "";
      if (found !== String.raw`\<<` && !known.has(value)) {
        throw new Error(`${text} asks for no value of the pipeline`);
      }
    }
  }
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [key, ...textsIn(each)]);
}

/** A text as a job gets it. */
export function unescaped(text: string): string {
  return text.replaceAll(String.raw`\<<`, "<<");
}

/** What CircleCI knows of a pipeline before it begins. */
export type Pipeline = { readonly branch: string; readonly tag: string; readonly source: string };

export function holds(logic: Logic | undefined, pipeline: Pipeline): boolean {
  if (logic === undefined) return true;
  if (typeof logic === "string") return valueOf(logic, pipeline) !== "";
  if ("and" in logic) return logic.and.every((one) => holds(one, pipeline));
  if ("or" in logic) return logic.or.some((one) => holds(one, pipeline));
  if ("not" in logic) return !holds(logic.not, pipeline);
  if ("equal" in logic) return new Set(logic.equal.map((one) => valueOf(one, pipeline))).size === 1;
  return new RegExp(`^(?:${logic.matches.pattern})$`).test(valueOf(logic.matches.value, pipeline));
}

function valueOf(text: string, { branch, tag, source }: Pipeline): string {
  if (text === "<< pipeline.git.branch >>") return branch;
  if (text === "<< pipeline.git.tag >>") return tag;
  if (text === "<< pipeline.trigger_source >>") return source;
  return unescaped(text);
}

const ReadByCircleci = z.object({
  jobs: z.array(z.object({ name: z.string(), steps: z.array(z.unknown()) })),
  workflows: z.array(
    z.object({
      name: z.string(),
      jobs: z.array(
        z.object({
          name: z.string().optional(),
          job: z.object({ name: z.string() }).optional(),
          parameters: z.object({ requires: Texts.optional() }).optional(),
        }),
      ),
    }),
  ),
});
const ReadCommand = z.object({ parameters: z.object({ command: z.string() }) });

/** The jobs, what they need and their commands, by a library of CircleCI's own. It knows the keys of 2022. */
export function readByCircleci(content: string) {
  const { jobs, workflows } = ReadByCircleci.parse(parseConfig(content));
  return {
    commands: jobs.map(({ name, steps }) => ({
      name,
      commands: steps.flatMap((step) => {
        const read = ReadCommand.safeParse(step);
        return read.success ? [unescaped(read.data.parameters.command)] : [];
      }),
    })),
    needs: workflows.map(({ name, jobs: entries }) => ({
      name,
      jobs: entries.map((entry) => ({
        name: entry.job?.name ?? entry.name,
        needs: [...(entry.parameters?.requires ?? [])].toSorted(),
      })),
    })),
  };
}
