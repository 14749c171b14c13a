import { create } from "@bufbuild/protobuf";
import { Fact, GraphSchema } from "@slipway/pipeline-sdk/graph";
import { Feature_Support, PluginInfoSchema } from "@slipway/pipeline-sdk/protocol";
import { expect, test } from "vitest";
import { checkFeatures, usedFeatures } from "./used-features.ts";

const graph = create(GraphSchema, {
  project: "fleet",
  workflows: [
    {
      id: "ci",
      place: { path: "workflows.ci", line: 3 },
      jobs: [
        {
          id: "a",
          place: { path: "jobs.a", line: 7 },
          kind: {
            case: "work",
            value: {
              checkout: { depth: 0 },
              env: [{ name: "B", value: { kind: { case: "fact", value: Fact.BRANCH } } }],
              steps: [{ kind: { case: "run", value: { command: "" } } }],
            },
          },
        },
      ],
    },
  ],
});

test("what is set in a graph is found by the names of its fields and values, with the nearest place", () => {
  const lines = [...usedFeatures(graph)].map(([name, place]) => `${name} ${place?.line ?? "-"}`);
  expect(lines).toEqual([
    "Graph.project -",
    "Graph.workflows -",
    "Workflow.id 3",
    "Workflow.jobs 3",
    "Job.id 7",
    "Job.work 7",
    "Work.env 7",
    "Variable.name 7",
    "Variable.value 7",
    "Value.fact 7",
    "FACT_BRANCH 7",
    "Work.steps 7",
    "Step.run 7",
    "Work.checkout 7",
    "Checkout.depth 7",
  ]);
});

test("what a provider does not list, or cannot do, is an error; what it does by other means a remark", () => {
  const info = create(PluginInfoSchema, {
    name: "provider/x",
    features: [
      ...[...usedFeatures(graph).keys()]
        .filter((name) => !["FACT_BRANCH", "Work.checkout", "Checkout.depth"].includes(name))
        .map((name) => ({ name, support: Feature_Support.NATIVE })),
      { name: "Work.checkout", support: Feature_Support.EMULATED, note: "by git clone" },
      { name: "Checkout.depth", support: Feature_Support.NONE, note: "leave it out" },
    ],
  });
  const found = checkFeatures(usedFeatures(graph), info).map(
    ({ code, message, fixHint, place }) => `${code} ${place?.line}: ${message}; ${fixHint}`,
  );
  expect(found).toEqual([
    "FEATURE_UNSUPPORTED 7: provider/x does not know FACT_BRANCH: it is older than the file; ",
    "FEATURE_EMULATED 7: provider/x renders Work.checkout by other means; by git clone",
    "FEATURE_UNSUPPORTED 7: provider/x cannot render Checkout.depth; leave it out",
  ]);
});
