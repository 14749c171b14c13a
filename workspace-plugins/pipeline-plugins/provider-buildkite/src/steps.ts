import { create } from "@bufbuild/protobuf";
import { ValueSchema, VariableSchema } from "@slipway/pipeline-sdk/graph";
import type { Graph, Job, Step, Variable, Work } from "@slipway/pipeline-sdk/graph";
import { shellQuoted } from "@slipway/pipeline-sdk/shell-job";
import type { ShellStep } from "@slipway/pipeline-sdk/shell-job";
import { downloadStep, endOf, uploadStep } from "./artifacts.ts";
import { cachesOf, restoreStep, saveStep } from "./caches.ts";
import { outputKey } from "./words.ts";
import { unknown } from "./unknown.ts";

/** The commands of a job: what is restored and fetched, its own, what is kept and told. */
export function shellSteps(graph: Graph, job: Job, work: Work): readonly ShellStep[] {
  const caches = cachesOf(graph, work).filter(({ id }) => work.caches.includes(id));
  return [
    ...caches.map(restoreStep),
    ...work.usesArtifacts.map((use) => downloadStep(graph, use)),
    ...work.steps.flatMap((step) => ownStep(graph, work, step)),
    ...work.artifacts.map((artifact) => uploadStep(artifact, endOf(artifact))),
    ...caches.map(saveStep),
    ...outputSteps(job, work),
    ...environmentSteps(graph, work),
  ];
}

function ownStep(graph: Graph, work: Work, step: Step): readonly ShellStep[] {
  const found = kindOf(graph, work, step);
  if (found === undefined) return [];
  const { name, condition, id, env, timeoutMinutes, mayFail } = step;
  return [
    {
      ...found,
      ...(name === "" ? {} : { name }),
      id: work.outputs.some((output) => output.step === id) || isHeard(work, id) ? id : "",
      condition,
      env,
      timeoutMinutes,
      mayFail,
    },
  ];
}

/** Whether another step takes an output of it. */
function isHeard(work: Work, id: string): boolean {
  return work.steps.some(({ env }) =>
    env.some(
      ({ value }) =>
        value !== undefined && JSON.stringify(partsOf(value)).includes(JSON.stringify(id)),
    ),
  );
}

function partsOf(value: NonNullable<Variable["value"]>): readonly string[] {
  const { kind } = value;
  if (kind.case === "joined") return kind.value.of.flatMap(partsOf);
  return kind.case === "step" ? [kind.value.step] : [];
}

function kindOf(graph: Graph, work: Work, { kind }: Step): ShellStep | undefined {
  switch (kind.case) {
    case "run": {
      const { command, shell, workingDirectory } = kind.value;
      return {
        command,
        shell: shell || work.shell,
        workingDirectory: workingDirectory || work.workingDirectory,
      };
    }
    case "restoreCache":
    case "saveCache": {
      const cache = graph.caches.find(({ id }) => id === kind.value.cache);
      if (cache === undefined)
        throw new Error(`internal: the graph has no cache ${kind.value.cache}`);
      return kind.case === "restoreCache" ? restoreStep(cache) : saveStep(cache);
    }
    case "upload":
      return uploadStep(kind.value, undefined);
    case "download":
      return downloadStep(graph, kind.value);
    case "providerStep":
      // A plugin of the whole step.
      return undefined;
    case "module":
    case undefined:
      throw unknown("the kind of a step");
  }
}

/** Buildkite keeps no empty text: what is not there is one. */
function outputSteps({ id }: Job, { outputs }: Work): readonly ShellStep[] {
  return outputs.map(({ name, step, output }) => ({
    name: `tell ${name}`,
    command: `[ -z "$SLIPWAY_VALUE" ] || buildkite-agent meta-data set ${shellQuoted(outputKey(id, name))} "$SLIPWAY_VALUE"`,
    env: [
      create(VariableSchema, {
        name: "SLIPWAY_VALUE",
        value: create(ValueSchema, { kind: { case: "step", value: { step, name: output } } }),
      }),
    ],
  }));
}

/** Buildkite knows no places that are deployed to: people see it on the page of the build. */
function environmentSteps(graph: Graph, work: Work): readonly ShellStep[] {
  const environment = graph.environments.find(({ id }) => id === work.environment);
  if (environment === undefined) return [];
  const { id, name, url } = environment;
  const shown = `buildkite-agent annotate --style info --context ${shellQuoted(`environment-${id}`)} "Deployed to $SLIPWAY_NAME\${SLIPWAY_URL:+: $SLIPWAY_URL}"`;
  return [
    {
      name: `tell of ${name || id}`,
      command: shown,
      env: [
        create(VariableSchema, {
          name: "SLIPWAY_NAME",
          value: create(ValueSchema, { kind: { case: "literal", value: name || id } }),
        }),
        ...(url === undefined ? [] : [create(VariableSchema, { name: "SLIPWAY_URL", value: url })]),
      ],
    },
  ];
}
