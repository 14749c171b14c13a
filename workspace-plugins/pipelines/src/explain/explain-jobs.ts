import { create } from "@bufbuild/protobuf";
import { Skip_Mode, WorkflowSchema } from "@slipway/pipeline-sdk/graph";
import type { Graph, Job, Triggers, Workflow } from "@slipway/pipeline-sdk/graph";
import { Feature_Support } from "@slipway/pipeline-sdk/protocol";
import { namesNear } from "@slipway/signature/names-near";
import { wordsOf } from "../definition/provider-page.ts";
import { graphFor } from "../render/provider-graph.ts";
import type { RenderedPipeline } from "../render/render.ts";
import { usedFeatures } from "../render/used-features.ts";
import { conditionText } from "../simulate/condition-text.ts";
import { triggerTexts } from "./trigger-texts.ts";

export type ExplainedJob = {
  readonly workflow: string;
  readonly job: string;
  /** Of a job with a matrix, by dimension. */
  readonly values: Readonly<Record<string, string>>;
  readonly kind: "work" | "approval";
  /** What starts its workflow. */
  readonly triggers: readonly string[];
  /** As the file would say it. */
  readonly condition: string | undefined;
  readonly needs: readonly string[];
  readonly skip: SkipMode;
  readonly providers: readonly ExplainedProvider[];
};

/** `off`: the file says nothing of skipping, and all jobs run. */
type SkipMode = "off" | "auto" | "asked" | "never";

export type ExplainedProvider = {
  readonly provider: string;
  readonly path: string;
  /** What the job says that is rendered by other means. */
  readonly emulated: readonly FeatureNote[];
  readonly refused: readonly FeatureNote[];
};

type Explainable = Pick<RenderedPipeline, "graph" | "outputs" | "providers" | "isSkipping">;

export type FeatureNote = {
  /** As the file says it. */
  readonly key: string;
  readonly note: string;
};

/** Jobs of an id, or all of a job with a matrix; `workflow.job` where several workflows have one. */
export function explainJobs(wanted: string, rendered: Explainable): readonly ExplainedJob[] {
  return rendered.graph.workflows.flatMap((workflow) =>
    workflow.jobs
      .filter((job) => [job.id, job.base, `${workflow.id}.${job.id}`].includes(wanted))
      .map((job) => explainJob(workflow, job, rendered)),
  );
}

/** Ids that are near to one that is none; of none that is near, all. */
export function jobsNear(wanted: string, { workflows }: Graph): readonly string[] {
  const known = [...new Set(workflows.flatMap(({ jobs }) => jobs.map(({ base }) => base)))];
  const near = namesNear([wanted], known);
  return near.length === 0 ? known : near;
}

function explainJob(
  workflow: Workflow,
  job: Job,
  { graph, outputs, providers, isSkipping }: Explainable,
): ExplainedJob {
  const own = graphOf(job, workflow.id, graph);
  return {
    workflow: workflow.id,
    job: job.id,
    values: Object.fromEntries(job.matrix.map(({ dimension, value }) => [dimension, value])),
    kind: job.kind.case === "approval" ? "approval" : "work",
    triggers: triggersOf(workflow),
    condition: job.condition === undefined ? undefined : conditionText(job.condition),
    needs: job.needs,
    skip: isSkipping ? skipOf(job) : "off",
    providers: outputs
      .filter(({ workflows }) => workflows.includes(workflow.id))
      .map(({ provider, path }) => {
        const features = providers.get(provider) ?? [];
        const used = usedFeatures(graphFor(provider, own, new Set([workflow.id])));
        const notes = (support: Feature_Support) =>
          notesOf(features.filter((one) => one.support === support && used.has(one.name)));
        return {
          provider,
          path,
          emulated: notes(Feature_Support.EMULATED),
          refused: notes(Feature_Support.NONE),
        };
      }),
  };
}

function triggersOf({ triggers }: { readonly triggers?: Triggers | undefined }): readonly string[] {
  return triggers === undefined ? [] : triggerTexts(triggers);
}

function skipOf({ kind }: Job): SkipMode {
  const mode = kind.case === "work" ? kind.value.skip?.mode : undefined;
  if (mode === Skip_Mode.AUTO) return "auto";
  return mode === Skip_Mode.ASKED ? "asked" : "never";
}

/** The job alone, with what it names; its workflow says nothing. */
function graphOf(job: Job, workflow: string, graph: Graph): Graph {
  const work = job.kind.case === "work" ? job.kind.value : undefined;
  const caches = new Set([
    ...(work?.caches ?? []),
    ...(work?.steps ?? []).flatMap(({ kind }) =>
      kind.case === "restoreCache" || kind.case === "saveCache" ? [kind.value.cache] : [],
    ),
  ]);
  return {
    ...graph,
    project: "",
    workflows: [{ ...create(WorkflowSchema), jobs: [job], id: workflow }],
    services: graph.services.filter(({ id }) => work?.services.includes(id)),
    caches: graph.caches.filter(({ id }) => caches.has(id)),
    runners: graph.runners.filter(({ id }) => id === work?.runner),
    environments: graph.environments.filter(({ id }) => id === work?.environment),
  };
}

/** Each key with a note once; what of the graph has no word in the file is left out. */
function notesOf(
  features: readonly { readonly name: string; readonly note: string }[],
): readonly FeatureNote[] {
  const notes = features.flatMap(({ name, note }) => wordsOf(name).map((key) => ({ key, note })));
  return [...new Map(notes.map((one) => [`${one.key}\n${one.note}`, one])).values()];
}
