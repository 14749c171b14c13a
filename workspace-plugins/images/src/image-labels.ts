import type { Digest } from "@slipway/signature";
import { ownLabel, projectLabel } from "./names.ts";

type Labels = Readonly<Record<string, string>>;

/** An image by the names of its definitions; `on`: the reference that it was built on, as its definition has it. */
export type ImageSubject = { readonly on: string } & (
  | { readonly kind: "base"; readonly base: string }
  | { readonly kind: "agent"; readonly base: string; readonly agent: string }
  | {
      readonly kind: "extended";
      readonly base: string;
      readonly agent: string;
      /** Those that make a layer, in the order of layers. */
      readonly extensions: readonly string[];
    }
);

/** Names of OCI's annotations (image-spec, annotations.md), which are those of labels too. */
const standard = "org.opencontainers.image.";
/** Of an image; without the last word, labels of containers. */
const own = "dev.slipway.image.";

/**
 * What the config of an image says of it. Nothing of when, where or from which bytes: an edit that makes the same image
 * makes the same image id. Digests are in the annotations of the manifest, and in its provenance.
 */
export function labelsOf(subject: ImageSubject, agentVersion: string | undefined): Labels {
  const { kind, base, on } = subject;
  return {
    [`${standard}title`]: titleOf(subject),
    [`${standard}description`]: descriptionOf(subject, agentVersion),
    ...(agentVersion === undefined ? {} : { [`${standard}version`]: agentVersion }),
    ...(on === "scratch" ? {} : { [`${standard}base.name`]: on }),
    [`${own}kind`]: kind,
    [`${own}base`]: base,
    ...(kind === "base" ? {} : { [`${own}agent`]: subject.agent }),
    ...(agentVersion === undefined ? {} : { [`${own}agent-version`]: agentVersion }),
    ...(kind === "extended" ? { [`${own}extensions`]: subject.extensions.join(",") } : {}),
  };
}

/**
 * Labels of an image that is built on another one. What that says of itself is not said of this: an OCI label counts
 * only where the image's own Dockerfile has given it another value.
 */
export function ownLabels(built: Labels, below: Labels, given: Labels): Labels {
  const kept = Object.entries(built).filter(([name, value]) => {
    if (name.startsWith(standard)) return below[name] !== value;
    return !name.startsWith("dev.slipway.") || name === ownLabel || name === projectLabel;
  });
  return Object.fromEntries([...kept, ...Object.entries(given)].toSorted(byName));
}

/** What the manifest says of what the image was built on. */
export function baseAnnotations({ on }: ImageSubject, digest: Digest | undefined): Labels {
  if (on === "scratch") return {};
  return {
    [`${standard}base.name`]: on,
    ...(digest === undefined ? {} : { [`${standard}base.digest`]: digest }),
  };
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}

function titleOf(subject: ImageSubject): string {
  switch (subject.kind) {
    case "base":
      return `base ${subject.base}`;
    case "agent":
      return `${subject.agent} on ${subject.base}`;
    case "extended":
      return `${subject.agent} on ${subject.base} with ${subject.extensions.join(", ")}`;
  }
}

function descriptionOf(subject: ImageSubject, version: string | undefined): string {
  if (subject.kind === "base") return `a base for agents, built on ${subject.on}`;
  return `the agent ${[subject.agent, version ?? []].flat().join(" ")}, built on ${subject.on}`;
}
