import { registerHooks } from "node:module";
import { githubText } from "@slipway/pipelines/simulate";
import { parse } from "yaml";
import { z } from "zod";

/** What GitHub's own parser and a reader of YAML make of a workflow: what a graph of ours can be compared with. */
export type ReadWorkflow = {
  readonly problems: readonly string[];
  readonly events: unknown;
  readonly jobs: readonly ReadJob[];
  readonly file: WorkflowFile;
};

export type ReadJob = {
  readonly id: string;
  readonly name: string;
  readonly needs: readonly string[];
  /** As GitHub's parser completes it. */
  readonly condition: string;
  readonly job: JobFile;
};

/** GitHub's own libraries import JSON as bundlers take it: without saying that it is JSON. */
async function loadParser() {
  registerHooks({
    load: (url, context, next) => {
      const importAttributes = url.endsWith(".json") ? { type: "json" } : context.importAttributes;
      return next(url, { ...context, importAttributes });
    },
  });
  return import("@actions/workflow-parser");
}

const parser = loadParser();

export async function readGithub(content: string): Promise<ReadWorkflow> {
  const { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } = await parser;
  const parsed = parseWorkflow({ name: "workflow.yml", content }, new NoOperationTraceWriter());
  const problems = parsed.context.errors.getErrors().map(({ message }) => message);
  // Texts by the library that reads YAML: this parser of GitHub's keeps the indentation of several lines with an expression
  // in them, and undoubles one quote of several, which the runner's does not.
  const file = WorkflowFile.parse(parse(content));
  if (parsed.value === undefined) return { problems, events: {}, jobs: [], file };
  const template = await convertWorkflowTemplate(parsed.context, parsed.value);
  return {
    problems: [...problems, ...(template.errors ?? []).map(({ Message }) => Message)],
    events: template.events,
    file,
    jobs: template.jobs.map((job) => {
      const id = job.id.value;
      const own = file.jobs[id];
      if (own === undefined) throw new Error(`two readers do not agree about ${id}`);
      return {
        id,
        name: own.name ?? id,
        needs: (job.needs ?? []).map(({ value }) => value),
        condition: job.if.expression,
        job: own,
      };
    }),
  };
}

const Texts = z.record(z.string(), z.string());
const Access = z.union([z.string(), Texts]);
const Group = z.strictObject({
  group: z.string(),
  "cancel-in-progress": z.boolean().optional(),
  queue: z.string().optional(),
});

const StepFile = z.strictObject({
  name: z.string().optional(),
  id: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  run: z.string().optional(),
  shell: z.string().optional(),
  "working-directory": z.string().optional(),
  env: Texts.optional(),
  "continue-on-error": z.boolean().optional(),
  "timeout-minutes": z.number().optional(),
});
export type StepFile = z.output<typeof StepFile>;

const ServiceFile = z.strictObject({
  image: z.string(),
  env: Texts.optional(),
  ports: z.array(z.string()).optional(),
  options: z.string().optional(),
  entrypoint: z.string().optional(),
  command: z.string().optional(),
});

const JobFile = z.strictObject({
  name: z.string().optional(),
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  if: z.string().optional(),
  permissions: Access.optional(),
  "runs-on": z.unknown().optional(),
  environment: z.unknown().optional(),
  concurrency: Group.optional(),
  container: z
    .strictObject({
      image: z.string(),
      credentials: z.strictObject({ username: z.string(), password: z.string() }).optional(),
      options: z.string().optional(),
    })
    .optional(),
  services: z.record(z.string(), ServiceFile).optional(),
  strategy: z.unknown().optional(),
  outputs: Texts.optional(),
  env: Texts.optional(),
  defaults: z.unknown().optional(),
  "timeout-minutes": z.number().optional(),
  "continue-on-error": z.boolean().optional(),
  steps: z.array(StepFile),
});
export type JobFile = z.output<typeof JobFile>;

const WorkflowFile = z.strictObject({
  name: z.string(),
  on: z.unknown().optional(),
  permissions: Access.optional(),
  env: Texts.optional(),
  concurrency: Group.optional(),
  jobs: z.record(z.string(), JobFile),
});
export type WorkflowFile = z.output<typeof WorkflowFile>;

/** A text as the runner has it, with the digests of files named by these. */
export function textIn(text: string, contexts: Parameters<typeof githubText>[1]): string {
  const known = text.replaceAll(/\$\{\{ hashFiles\(([^)]*)\) \}\}/g, "<$1>");
  const value = githubText(known, contexts);
  if (typeof value !== "string") throw new Error(`${text}: ${value.problem}`);
  return value;
}
