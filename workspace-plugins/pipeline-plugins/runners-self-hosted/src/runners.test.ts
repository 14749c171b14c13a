import { create } from "@bufbuild/protobuf";
import { PlanResultSchema } from "@slipway/pipeline-sdk/protocol";
import { expect, test } from "vitest";
import { planRunners } from "./runners.ts";

function planned(settings: unknown) {
  const text = settings === undefined ? "" : JSON.stringify(settings);
  const { runners, diagnostics } = create(PlanResultSchema, planRunners(text));
  return {
    runners: runners.map(({ id, settings: said }) => ({
      id,
      ...Object.fromEntries(said.map(({ provider, json }) => [provider, JSON.parse(json)])),
    })),
    told: diagnostics.map(({ message }) => message),
  };
}

test("a runner of the settings is one in the words of each provider", () => {
  const runners = {
    small: { labels: ["linux"], queue: "default" },
    big: { labels: ["self-hosted", "linux", "x64"], resource_class: "acme/big" },
  };
  expect(planned({ runners })).toEqual({
    runners: [
      {
        id: "big",
        github: { "runs-on": ["self-hosted", "linux", "x64"] },
        circleci: { machine: true, resource_class: "acme/big" },
        buildkite: { agents: { queue: "big" } },
        jenkins: { label: "self-hosted && linux && x64" },
      },
      {
        id: "small",
        github: { "runs-on": ["self-hosted", "linux"] },
        buildkite: { agents: { queue: "default" } },
        jenkins: { label: "linux" },
      },
    ],
    told: [],
  });
});

test("without settings there are none, and settings of another form are told", () => {
  expect(planned(undefined)).toEqual({ runners: [], told: [] });
  expect(planned({ runners: { a: { labels: [] }, b: { labels: ["x y"] } } }).told).toEqual([
    "settings.runners.a.labels: Too small: expected array to have >=1 items",
    "settings.runners.b.labels.0: letters, digits, . _ and -",
  ]);
});
