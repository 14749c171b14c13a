import type { Graph, ValueSchema, VariableSchema, Work } from "@slipway/pipeline-sdk/graph";
import type { MessageInitShape } from "@bufbuild/protobuf";

/** A message as it is written down, and not as it is read. */
export type Plain<Init> = Exclude<Init, { readonly $typeName: string }>;

export type ValueInit = MessageInitShape<typeof ValueSchema>;

/** `undefined` for a job that only waits for a person. */
export function workOf(graph: Graph | undefined, id: string): Work | undefined {
  const jobs = (graph?.workflows ?? []).flatMap((workflow) => workflow.jobs);
  const job = jobs.find((one) => one.id === id);
  return job?.kind.case === "work" ? job.kind.value : undefined;
}

export function literal(value: string): Plain<ValueInit> {
  return { kind: { case: "literal", value } };
}

/** In the order of their names. */
export function variables(
  values: Readonly<Record<string, string | ValueInit>>,
): Plain<MessageInitShape<typeof VariableSchema>>[] {
  return Object.entries(values)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({
      name,
      value: typeof value === "string" ? literal(value) : value,
    }));
}
