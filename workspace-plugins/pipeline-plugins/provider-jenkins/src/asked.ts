import { Fact } from "@slipway/pipeline-sdk/graph";
import type { Graph, Job, Step, Value } from "@slipway/pipeline-sdk/graph";
import { valuesIn } from "./conditions.ts";
import { partsOf } from "./values.ts";

type Asked = Value | undefined;

/** What a step asks for. */
function askedByStep({ condition, env, kind }: Step): readonly Asked[] {
  const inputs = kind.case === "providerStep" ? kind.value.with : [];
  return [...valuesIn(condition), ...[...env, ...inputs].map(({ value }) => value)];
}

/** What a job asks for once it runs. */
export function askedByJob(graph: Graph, { kind }: Job): readonly Asked[] {
  if (kind.case !== "work") return [];
  const { env, steps, concurrency, environment, services } = kind.value;
  const url = graph.environments.find(({ id }) => id === environment)?.url;
  const ofServices = graph.services.filter(({ id }) => services.includes(id));
  return [
    ...env.map(({ value }) => value),
    ...steps.flatMap(askedByStep),
    ...ofServices.flatMap((service) => service.env.map(({ value }) => value)),
    concurrency?.group,
    url,
  ];
}

/** Whether it is, or has in it, the commit. */
export function isCommit(value: Asked): boolean {
  return partsOf(value).some((kind) => kind.case === "fact" && kind.value === Fact.COMMIT);
}

/** Ids of steps of a job whose outputs somebody asks for. */
export function heardSteps(graph: Graph, job: Job): ReadonlySet<string> {
  const told = job.kind.case === "work" ? job.kind.value.outputs.map(({ step }) => step) : [];
  const asked = askedByJob(graph, job)
    .flatMap(partsOf)
    .flatMap((kind) => (kind.case === "step" ? [kind.value.step] : []));
  return new Set([...told, ...asked]);
}
