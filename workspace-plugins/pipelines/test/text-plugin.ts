import {
  Feature_Support,
  Fragment_Format,
  Fragment_Strategy,
} from "@slipway/pipeline-sdk/protocol";
import { file_slipway_pipelines_v1_graph } from "@slipway/pipeline-sdk/graph";
import { servePlugin } from "@slipway/pipeline-sdk";

/** What it cannot render, by the name of the feature. */
const refused = new Set(["Work.retry"]);

const { messages, enums } = file_slipway_pipelines_v1_graph;
const names = [
  ...messages.flatMap((message) => [
    ...message.fields.map((field) => `${message.name}.${field.name}`),
    ...message.nestedEnums.flatMap((each) => each.values.map(({ name }) => name)),
  ]),
  ...enums.flatMap((each) => each.values.map(({ name }) => name)),
];

/** A provider whose files have a line for each job: for tests of what is around a provider. */
servePlugin({
  name: "provider/github",
  version: "9.9.9",
  capabilities: ["provider:github"],
  features: names.map((name) => ({
    name,
    support: refused.has(name) ? Feature_Support.NONE : Feature_Support.NATIVE,
    note: refused.has(name) ? "repeat it in the command" : "",
  })),
  hooks: {
    generate: async ({ outputs, graph }) => ({
      fragments: outputs.map(({ path, workflows }) => ({
        path,
        strategy: Fragment_Strategy.REPLACE,
        format: Fragment_Format.YAML,
        content: (graph?.workflows ?? [])
          .filter(({ id }) => workflows.includes(id))
          .flatMap(({ jobs }) => jobs.map(({ id, needs }) => `${id}: [${needs.join(", ")}]\n`))
          .join(""),
      })),
    }),
  },
});
