import { globMatches, jobsIn } from "@slipway/pipeline-kit/policy";
import type { Fault } from "@slipway/pipeline-kit/policy";
import type { Graph } from "@slipway/pipeline-sdk/graph";
import type { Settings } from "./settings.ts";

/** What a pinned reference of a provider looks like. Steps of others are of their own product, and move with it. */
const pinned: Readonly<Record<string, RegExp>> = {
  github: /@[0-9a-f]{40}$|^\.\/|^docker:\/\/.*@sha256:[0-9a-f]{64}$/,
  // A tag is what its plugins are released by; without one it is the newest commit.
  buildkite: /#[^#]+$/,
};

/** SECURITY_002: a step that is another one when who wrote it moves a tag. */
export function stepFaults(graph: Graph, { trusted_steps: trusted }: Settings): readonly Fault[] {
  return jobsIn(graph).flatMap(({ job, work }) =>
    (work?.steps ?? []).flatMap(({ kind, place }): readonly Fault[] => {
      if (kind.case !== "providerStep") return [];
      const { provider, reference } = kind.value;
      const name = reference.split(/[@#]/, 1)[0] ?? "";
      if (pinned[provider]?.test(reference) !== false) return [];
      if (trusted.some((glob) => globMatches(glob, name))) return [];
      return [
        {
          code: "SECURITY_002",
          level: "warning",
          title: "a step that is not pinned",
          message: `${reference} in the job ${job.id} is another step as soon as its owner moves it`,
          fixHint: `name a commit, or trust its owner: trusted_steps = ["${name.split("/", 1)[0] ?? name}/*"]`,
          place: place ?? job.place,
        },
      ];
    }),
  );
}

/** SECURITY_005: an image that is another one when its tag is moved. */
export function imageFaults(graph: Graph, { trusted_images: trusted }: Settings): readonly Fault[] {
  const used = [
    ...jobsIn(graph).map(({ job, work }) => ({
      of: `the job ${job.id}`,
      image: work?.container?.image,
      place: job.place,
    })),
    ...graph.services.map(({ id, container, place }) => ({
      of: `the service ${id}`,
      image: container?.image,
      place,
    })),
  ];
  return used.flatMap(({ of, image, place }): readonly Fault[] => {
    if (image === undefined || /@sha256:[0-9a-f]{64}$/.test(image)) return [];
    if (trusted.some((glob) => globMatches(glob, image))) return [];
    return [
      {
        code: "SECURITY_005",
        level: "warning",
        title: "an image that is not pinned",
        message: `${image} of ${of} is another image as soon as its tag is moved`,
        fixHint: "add its digest, name:tag@sha256:..., or name it in trusted_images",
        place,
      },
    ];
  });
}
