import type { MessageInitShape } from "@bufbuild/protobuf";
import { Input_Type } from "@slipway/pipeline-sdk/graph";
import type { TriggersSchema } from "@slipway/pipeline-sdk/graph";
import { compareBytes } from "@slipway/signature/basics";
import type { Triggers } from "../definition/triggers.ts";
import type { KeyPath } from "./scope.ts";

/** Where the file says nothing. */
export const usualTriggers: Triggers = { push: { branches: ["main"] }, pull_request: {} };

const inputTypes = {
  string: Input_Type.STRING,
  boolean: Input_Type.BOOLEAN,
  number: Input_Type.NUMBER,
  choice: Input_Type.CHOICE,
} as const;

export function resolveTriggers(
  { push, pull_request: pulled, schedule, manual, merge_queue: queue }: Triggers,
  path: KeyPath,
): MessageInitShape<typeof TriggersSchema> {
  const at = (...keys: KeyPath): { readonly path: string } => ({
    path: [...path, ...keys].join("."),
  });
  return {
    push:
      push === undefined
        ? undefined
        : {
            branches: [...(push.branches ?? [])],
            branchesIgnore: [...(push.branches_ignore ?? [])],
            tags: [...(push.tags ?? [])],
            tagsIgnore: [...(push.tags_ignore ?? [])],
            place: at("push"),
          },
    pullRequest:
      pulled === undefined
        ? undefined
        : {
            branches: [...(pulled.branches ?? [])],
            types: [...(pulled.types ?? [])],
            place: at("pull_request"),
          },
    schedules: (schedule ?? []).map(({ cron, branches = [] }, number) => ({
      cron,
      branches: [...branches],
      place: at("schedule", number),
    })),
    mergeQueue: queue === undefined ? undefined : { place: at("merge_queue") },
    manual: manual === undefined ? undefined : { inputs: inputsOf(manual), place: at("manual") },
  };
}

/** Whether an event that nobody waits for starts it. */
export function isAutomatic({ push, pull_request: pulled, merge_queue: queue }: Triggers): boolean {
  return push !== undefined || pulled !== undefined || queue !== undefined;
}

function inputsOf(manual: NonNullable<Triggers["manual"]>) {
  return Object.entries(manual === true ? {} : (manual.inputs ?? {}))
    .toSorted(([a], [b]) => compareBytes(a, b))
    .map(([name, input]) => ({
      name,
      type: inputTypes[input.type],
      description: input.description ?? "",
      default: input.default === undefined ? undefined : String(input.default),
      required: input.required,
      options: [...(input.options ?? [])],
    }));
}
