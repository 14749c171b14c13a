import { create } from "@bufbuild/protobuf";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { GraphSchema } from "@slipway/pipeline-sdk/graph";
import { judgePipeline } from "../src/policy/policy.ts";
import type { Policy, SettingsOfAll } from "../src/policy/policy.ts";

/** `code message, at place`, of a graph under these settings. */
export function judged<Settings extends SettingsOfAll>(
  policy: Policy<Settings>,
  graph: MessageInitShape<typeof GraphSchema>,
  settings?: unknown,
): readonly string[] {
  const text = settings === undefined ? "" : JSON.stringify(settings);
  return judgePipeline(policy, create(GraphSchema, graph), text).map(
    ({ code = "", message = "", place }) =>
      place?.path === undefined || place.path === ""
        ? `${code} ${message}`
        : `${code} ${message}, at ${place.path}`,
  );
}
