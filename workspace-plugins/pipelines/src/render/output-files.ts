import path from "node:path/posix";
import type { Graph } from "@slipway/pipeline-sdk/graph";
import type { Pipeline } from "../definition/pipeline.ts";
import type { PipelinesFailure } from "../failure.ts";

/** A file that a provider is asked for. */
export type WantedFile = {
  readonly provider: string;
  readonly path: string;
  readonly description: string;
  readonly workflows: readonly string[];
  readonly secondPath: string;
};

/** What `[[outputs]]` asks for, with `{workflow}` put in; of some providers alone, where they are named. */
export function wantedFiles(
  { outputs = [] }: Pipeline,
  graph: Graph,
  providers: readonly string[] | undefined,
): readonly WantedFile[] {
  const all = graph.workflows.map(({ id }) => id);
  return outputs.flatMap(({ provider, path: file, workflows, description = "" }) => {
    if (providers !== undefined && !providers.includes(provider)) return [];
    const wanted = (workflows ?? all).filter((id) => all.includes(id));
    const groups = file.includes("{workflow}") ? wanted.map((id) => [id]) : [wanted];
    return groups.map((ids) => {
      const place = path.normalize(file.replaceAll("{workflow}", ids[0] ?? ""));
      const { dir, name, ext } = path.parse(place);
      const secondPath = path.join(dir, `${name}.continue${ext}`);
      return { provider, path: place, description, workflows: ids, secondPath };
    });
  });
}

/** One that is asked for and has no output. */
export function unknownProvider(
  { outputs = [] }: Pipeline,
  providers: readonly string[] | undefined,
): PipelinesFailure | undefined {
  const known = [...new Set(outputs.map(({ provider }) => provider))];
  const provider = providers?.find((one) => !known.includes(one));
  return provider === undefined ? undefined : { reason: "provider-unknown", provider, known };
}
