import { Input_Type } from "@slipway/pipeline-sdk/graph";
import type { Approval, Input, Job } from "@slipway/pipeline-sdk/graph";
import type { StepFrame } from "./frame.ts";
import { compact } from "./plain.ts";
import type { Plain, Table } from "./plain.ts";
import { inputKey } from "./words.ts";
import { unknown } from "./unknown.ts";

/** Waits for a person: https://buildkite.com/docs/pipelines/configure/step-types/block-step. */
export function renderApproval(job: Job, { prompt }: Approval, frame: StepFrame): Table {
  return compact({ block: job.name, key: job.id, prompt, ...frame.common });
}

/** Asks the person who started the build; who starts one by the API sets no fields, and gets the usual values. */
export function renderInputs(key: string, inputs: readonly Input[]): Table {
  return compact({
    input: "inputs",
    key,
    depends_on: [],
    if: 'build.source == "ui"',
    fields: inputs.map(fieldOf),
  });
}

function fieldOf({ name, type, description, default: usual, required, options }: Input): Plain {
  const common = { key: inputKey(name), hint: description, required, default: usual };
  switch (type) {
    case Input_Type.STRING:
    case Input_Type.NUMBER:
      return compact({ text: name, ...common });
    case Input_Type.BOOLEAN:
      return compact({ select: name, ...common, options: ["true", "false"].map(optionOf) });
    case Input_Type.CHOICE:
      return compact({ select: name, ...common, options: options.map(optionOf) });
    case Input_Type.UNSPECIFIED:
  }
  throw unknown("the type of an input");
}

function optionOf(value: string): Table {
  return { label: value, value };
}
