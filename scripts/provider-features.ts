import { Feature_Support } from "@slipway/pipeline-sdk/protocol";
import type { ProviderFeatures } from "@slipway/pipelines/definition-page";
import { features as buildkite } from "@slipway/provider-buildkite/features";
import { features as circleci } from "@slipway/provider-circleci/features";
import { features as github } from "@slipway/provider-github/features";
import { features as jenkins } from "@slipway/provider-jenkins/features";

const supports = {
  [Feature_Support.UNSPECIFIED]: "none",
  [Feature_Support.NATIVE]: "native",
  [Feature_Support.EMULATED]: "emulated",
  [Feature_Support.NONE]: "none",
} as const;

/** What the providers that come with us say of themselves. */
export function providerFeatures(): ProviderFeatures {
  const all = {
    "GitHub Actions": github,
    CircleCI: circleci,
    Buildkite: buildkite,
    Jenkins: jenkins,
  };
  return new Map(
    Object.entries(all).map(([name, features]) => [
      name,
      features.map(({ name: of, support, note }) => ({
        name: of,
        support: supports[support],
        note,
      })),
    ]),
  );
}
