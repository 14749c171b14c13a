import type { Checkout, Graph, Job, ProviderStep, Step, Value } from "@slipway/pipeline-sdk/graph";
import { fetchStep, keepStep, showStep, uploadOf } from "./artifacts.ts";
import { restoreStep, saveStep } from "./caches.ts";
import { whenOf } from "./endings.ts";
import { pipelineValue } from "./logic.ts";
import { compact, quoted } from "./plain.ts";
import type { Plain, Table } from "./plain.ts";
import { guarded, renderRun, run } from "./run.ts";
import type { Surroundings } from "./run.ts";

/** CircleCI fetches all of the history, and nothing beside it. */
export function checkoutSteps(checkout: Checkout | undefined): readonly Plain[] {
  if (checkout?.disabled === true) return [];
  const folder = quoted(checkout?.path ?? "");
  const git = (name: string, command: string): Table =>
    run({ name, command, working_directory: folder });
  return [
    folder === "" ? "checkout" : { checkout: { path: folder } },
    ...(checkout?.tags === true ? [git("fetch tags", "git fetch --force --tags")] : []),
    ...(checkout?.submodules === true
      ? [
          git(
            "fetch submodules",
            "git submodule sync --recursive\ngit submodule update --init --recursive",
          ),
        ]
      : []),
    ...(checkout?.lfs === true
      ? [git("fetch large files", "git lfs install --local\ngit lfs pull")]
      : []),
  ];
}

export function renderStep(
  graph: Graph,
  job: Job,
  step: Step,
  around: Surroundings,
): readonly Plain[] {
  const { kind } = step;
  switch (kind.case) {
    case "run":
      return renderRun(step, kind.value, around);
    case "providerStep":
      return [ownStep(kind.value)];
    case "restoreCache":
      return [restoreStep(graph, kind.value.cache, step.name)];
    case "saveCache": {
      const { when } = whenOf(step.condition);
      return [saveStep(graph, kind.value.cache, step.name, when === "on_success" ? "" : when)];
    }
    case "upload": {
      const mayBeMissing = kind.value.mayBeMissing || around.mayFail || step.mayFail;
      const own =
        step.condition === undefined ? { ...uploadOf(kind.value), name: step.name } : step;
      return [
        ...guarded(keepStep(job, kind.value, mayBeMissing), own, around),
        showStep(job, kind.value),
      ];
    }
    case "download":
      return guarded(fetchStep(kind.value, around.mayFail), step, around);
    case "module":
    case undefined:
      throw new Error("internal: a step that is still a module reached a provider");
  }
}

const orbStep = /^(?<orb>[\w-]+\/(?<alias>[\w-]+)@[\w.]+)\/(?<command>[\w-]+)$/;

/** The orb that `namespace/orb@version/command` is of, by the name that the file gives it. */
export function orbOf(reference: string): readonly [string, string] | undefined {
  const found = orbStep.exec(reference)?.groups;
  return found === undefined ? undefined : [found["alias"] ?? "", found["orb"] ?? ""];
}

/** What is written is CircleCI's own language. */
function ownStep({ reference, with: inputs }: ProviderStep): Plain {
  const found = orbStep.exec(reference)?.groups;
  const name =
    found === undefined ? reference : `${found["alias"] ?? ""}/${found["command"] ?? ""}`;
  if (inputs.length === 0) return name;
  return {
    [name]: compact(Object.fromEntries(inputs.map((one) => [one.name, inputOf(one.value)]))),
  };
}

function inputOf(value: Value | undefined): Plain {
  if (value?.kind.case !== "literal") return pipelineValue(value) ?? "";
  const text = value.kind.value;
  return text === "true" || text === "false" ? text === "true" : text;
}
