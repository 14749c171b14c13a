import type { MessageInitShape } from "@bufbuild/protobuf";
import { readSettings } from "@slipway/pipeline-kit/settings";
import type { RunnerSchema } from "@slipway/pipeline-sdk/graph";
import type { PlanResultSchema } from "@slipway/pipeline-sdk/protocol";
import { z } from "zod";

type RunnerInit = Exclude<MessageInitShape<typeof RunnerSchema>, { readonly $typeName: string }>;
type Planned = Exclude<MessageInitShape<typeof PlanResultSchema>, { readonly $typeName: string }>;

const Runner = z.strictObject({
  /** What a machine has to have all of, with GitHub and Jenkins. */
  labels: z.array(z.string().regex(/^[\w.-]+$/, "letters, digits, . _ and -")).min(1),
  /** Of Buildkite; usually the name of the runner. */
  queue: z.string().min(1).optional(),
  /** Of CircleCI, which calls machines by namespace and name. */
  resource_class: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, "namespace/name")
    .optional(),
});
type Runner = z.output<typeof Runner>;

const settings = z.strictObject({
  runners: z.record(z.string().regex(/^[\w-]+$/, "letters, digits, - and _"), Runner).default({}),
});

/** A runner for each of the settings, in the words of each provider. */
export function planRunners(settingsText: string): Planned {
  const read = readSettings("runners/self-hosted", settings, settingsText);
  if (!read.ok) return { diagnostics: [...read.problems] };
  const named = Object.entries(read.settings.runners).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { runners: named.map(([id, runner]) => runnerOf(id, runner)) };
}

function runnerOf(
  id: string,
  { labels, queue = id, resource_class: resourceClass }: Runner,
): RunnerInit {
  const path = `plugins.runners/self-hosted.settings.runners.${id}`;
  const said = {
    ...(resourceClass === undefined
      ? {}
      : { circleci: { machine: true, resource_class: resourceClass } }),
    buildkite: { agents: { queue } },
    github: { "runs-on": [...new Set(["self-hosted", ...labels])] },
    jenkins: { label: labels.join(" && ") },
  };
  return {
    id,
    settings: Object.entries(said).map(([provider, json]) => ({
      provider,
      json: JSON.stringify(json),
      place: { path },
    })),
    place: { path },
  };
}
