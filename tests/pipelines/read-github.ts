import { registerHooks } from "node:module";
import type { WorkflowTemplate } from "@actions/workflow-parser";
import { parse } from "yaml";
import { z } from "zod";

/** What GitHub's own parser makes of a workflow: what a graph of ours can be compared with. */
export type ReadWorkflow = {
  readonly problems: readonly string[];
  readonly jobs: readonly ReadJob[];
};

export type ReadJob = {
  readonly id: string;
  readonly name: string;
  readonly needs: readonly string[];
  readonly condition: string;
  readonly steps: readonly ReadStep[];
};

type ReadStep = {
  /** As the runner's shell gets it. */
  readonly run?: string;
  readonly uses?: string;
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
  if (parsed.value === undefined) return { problems, jobs: [] };
  const template = await convertWorkflowTemplate(parsed.context, parsed.value);
  const texts = textsIn(content);
  return {
    problems: [...problems, ...(template.errors ?? []).map(({ Message }) => Message)],
    jobs: template.jobs.map((job) => readJob(job, texts)),
  };
}

type Job = WorkflowTemplate["jobs"][number];

function readJob(job: Job, texts: Texts): ReadJob {
  const id = job.id.value;
  const steps = job.type === "job" ? job.steps : [];
  return {
    id,
    name: job.name?.toString() ?? id,
    needs: (job.needs ?? []).map(({ value }) => value),
    condition: job.if.expression,
    steps: steps.map((step, at) => {
      if ("run" in step) return { run: withoutQuotes(texts.jobs[id]?.steps[at]?.run ?? "") };
      return "uses" in step ? { uses: step.uses.value } : {};
    }),
  };
}

const Texts = z.object({
  jobs: z.record(
    z.string(),
    z.object({ steps: z.array(z.object({ run: z.string().optional() })) }),
  ),
});
type Texts = z.output<typeof Texts>;

/**
 * Commands, by the library that reads YAML: this parser of GitHub's keeps the indentation of several lines with an expression
 * in them, and undoubles one quote of several, which the runner's does not.
 */
function textsIn(content: string): Texts {
  return Texts.parse(parse(content));
}

/** An expression that is a text stands for it; no other is to be in a command. */
function withoutQuotes(text: string): string {
  const marked = text.replaceAll("${{ '${{' }}", "\0");
  if (marked.includes("${{")) throw new Error(`an expression in a command: ${text}`);
  return marked.replaceAll("\0", "${{");
}
